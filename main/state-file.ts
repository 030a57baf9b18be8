import { fileTrouble } from './file-trouble.ts'
import { findState, keepCopy } from './found-state.ts'
import type { Content } from './state-format.ts'
import { createStateStore, type StateStoreOptions } from './state-store.ts'
import { writeSoon } from './write-soon.ts'

export type StateFileOptions<T> = StateStoreOptions & {
  /** What the file holds, for sentences: "settings". */
  readonly holds: string
  /** Told in a sentence what became of a file that cannot be used as it is. */
  readonly notify: (message: string) => void
  /** Takes over what is sound in a file's content and counts the parts that are not. */
  readonly parse: (content: Content) => { readonly value: T; readonly rejectedParts: number }
  /** What is to be written, asked for when it is. */
  readonly content: () => Content
}

export type StateFile<T> = {
  /** What the file held when it was opened. */
  readonly initial: T
  /**
   * Writes soon, atomically. Settles when it is on disk, or rejects when it cannot be. Where nothing can be kept at all the person was told, and it
   * resolves.
   */
  save(): Promise<void>
  /** Writes now what still waits to be written. */
  flush(): void
}

/**
 * Opens a file that must never keep the app from starting and must never be lost silently: a damaged file is set aside under a name that is told and
 * its backup used; one that cannot be used (unreadable, written by a newer app) is left as it is and nothing is kept in this run.
 */
export function openStateFile<T>(options: StateFileOptions<T>): StateFile<T> {
  const { directory, name, holds, format, notify, parse, content } = options
  const found = findState(directory, name, format)
  if (found.kind === 'newer') return inMemoryOnly(`they were written by ${found.writer}, which is newer.`)
  if (found.kind === 'unreadable') return inMemoryOnly(`${found.why}.`)

  const { value, rejectedParts } = parse('content' in found ? found.content : {})
  if (found.kind === 'restored')
    notify(
      `The ${holds} were damaged; those from before the last change are used. The file is kept as ${found.keptAs}.`,
    )
  else if (found.kind === 'damaged')
    notify(`The ${holds} could not be read and start afresh. The damaged file is kept as ${found.keptAs}.`)
  else if (rejectedParts > 0) {
    try {
      notify(`Parts of the ${holds} could not be read. The file as it was is kept as ${keepCopy(directory, name)}.`)
    } catch (cause) {
      // Nothing may replace a file that could not be copied.
      return inMemoryOnly(`${fileTrouble(cause, directory)}.`)
    }
  }

  const store = createStateStore(options)
  const writer = writeSoon(() => store.write(content()))
  return { initial: value, save: () => writer.request(), flush: () => writer.flush() }

  function inMemoryOnly(why: string): StateFile<T> {
    notify(`The ${holds} cannot be kept: ${why} What you change now is lost when Longshore closes.`)
    return { initial: parse({}).value, save: () => Promise.resolve(), flush: () => undefined }
  }
}
