import { type Held, inEnglish, type NoticeWords } from '../notices/notice-words.ts'
import type { Content } from './state-format.ts'
import { openStateStore, type StateStoreOptions } from './state-store.ts'
import { writeBehind } from './write-behind.ts'

export type StateFileOptions<T> = StateStoreOptions & {
  /** What the file holds. */
  readonly holds: Held
  /** Told in a sentence what became of a file that cannot be used as it is. */
  readonly notify: (message: string) => void
  /** @default in English */
  readonly words?: () => NoticeWords
  /** Takes over what is sound in a file's content and counts the parts that are not. */
  readonly parse: (content: Content) => { readonly value: T; readonly rejectedParts: number }
  /** What is to be written, asked for when it is. */
  readonly content: () => Content
}

export type StateFile<T> = {
  /** What the file held when it was opened. */
  readonly initial: T
  /**
   * Writes soon, atomically. Settles when it is on disk, or rejects when it cannot be. Where nothing can be kept at all
   * the person was told, and it resolves.
   */
  save(): Promise<void>
  /** Writes now what still waits to be written. */
  flush(): void
}

/**
 * Opens a file that must never keep the app from starting and must never be lost silently: a damaged file is set aside
 * under a name that is told and its backup used; one that cannot be used (unreadable, written by a newer app) is left
 * as it is and nothing is kept in this run.
 */
export function openStateFile<T>(options: StateFileOptions<T>): StateFile<T> {
  const { name, holds, notify, words = inEnglish, parse, content } = options
  const { found, store } = openStateStore(options)
  if (found.kind === 'newer') return inMemoryOnly(words().stateOfNewer(holds, found.writer))
  if (found.kind === 'unreadable') return inMemoryOnly(words().stateNotKept(holds, found.why))

  const before = 'content' in found ? found.content : {}
  try {
    const { value, rejectedParts } = parse('content' in found && found.isEarlier ? store.migrate() : before)
    if (found.kind === 'restored') notify(words().stateRestored(holds, found.keptAs))
    else if (found.kind === 'damaged') notify(words().stateDamaged(holds, found.keptAs))
    else if (rejectedParts > 0) notify(words().stateIncomplete(holds, store.keepCopy()))
    const writer = writeBehind(() => store.write(content()))
    return { initial: value, save: () => writer.changed([name]), flush: writer.flush }
  } catch (cause) {
    // Nothing may replace a file that could not be taken over or copied.
    return inMemoryOnly(words().stateNotKept(holds, cause), before)
  }

  function inMemoryOnly(sentence: string, from: Content = {}): StateFile<T> {
    notify(sentence)
    return { initial: parse(from).value, save: () => Promise.resolve(), flush: () => undefined }
  }
}
