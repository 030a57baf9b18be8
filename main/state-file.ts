import { copyFileSync, readFileSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeSoon } from './write-soon.ts'

/** Stamped into each file. A file with a higher number comes from a newer app and is left alone. */
const FORMAT_VERSION = 1

type Content = Readonly<Record<string, unknown>>

/** The part of electron-store that is used here. `conf`, on which it is built, has it too, and runs without Electron. */
type JsonStore = { store: Record<string, unknown> }

/** Opens `<directory>/<name>.json`; throws when the directory cannot be made or read. */
export type OpenStore = (directory: string, name: string) => JsonStore

/**
 * How every store is opened: keys with dots are plain keys, the file is for its owner only. Damaged files are set aside before the store sees them.
 * The store is only ever written, as a whole: it would parse the file again before each write, which takes as long as the write itself.
 */
export const STORE_OPTIONS = {
  accessPropertiesByDotNotation: false,
  clearInvalidConfig: false,
  configFileMode: 0o600,
  serialize: (content: unknown) => JSON.stringify(content),
  deserialize: () => ({}),
} as const

export type StateFileOptions<T> = {
  readonly directory: string
  /** File name without `.json`. */
  readonly name: string
  /** What the file holds, for sentences: "settings", "list of uploads". */
  readonly holds: string
  readonly openStore: OpenStore
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
 * Opens a file that must never keep the app from starting and must never be lost silently: a damaged file is set aside under a name that is told,
 * one that cannot be used (unreadable, written by a newer app) is left as it is and nothing is kept in this run.
 */
export function openStateFile<T>(options: StateFileOptions<T>): StateFile<T> {
  const { directory, name, holds, openStore, notify, parse, content } = options
  const path = join(directory, `${name}.json`)
  const found = examine(path)

  function inMemoryOnly(why: string): StateFile<T> {
    notify(`The ${holds} cannot be kept: ${why} What you change now is lost when Longshore closes.`)
    return { initial: parse({}).value, save: () => Promise.resolve(), flush: () => undefined }
  }

  if (found.kind === 'newer') return inMemoryOnly(`${basename(path)} was written by a newer version of Longshore.`)
  if (found.kind === 'unreadable') return inMemoryOnly(`${found.why}.`)

  const { value, rejectedParts } = parse(found.kind === 'sound' ? found.content : {})
  let store: JsonStore
  try {
    if (found.kind === 'damaged') {
      notify(
        `The ${holds} could not be read and start afresh. The damaged file is kept as ${setAside(path, renameSync)}.`,
      )
    } else if (rejectedParts > 0) {
      notify(`Parts of the ${holds} could not be read. The file as it was is kept as ${setAside(path, copyFileSync)}.`)
    }
    store = openStore(directory, name)
  } catch (cause) {
    // Expected: the folder or the file cannot be made, moved or read (permissions, a full or read-only disk).
    return inMemoryOnly(`${reason(cause)}.`)
  }

  const writer = writeSoon(() => {
    store.store = { ...content(), version: FORMAT_VERSION }
  })
  return { initial: value, save: () => writer.request(), flush: () => writer.flush() }
}

type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'sound'; readonly content: Content }
  | { readonly kind: 'newer' }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'unreadable'; readonly why: string }

function examine(path: string): Found {
  let content: unknown
  try {
    content = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    if (cause instanceof SyntaxError) return { kind: 'damaged' }
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
    return missing ? { kind: 'absent' } : { kind: 'unreadable', why: reason(cause) }
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return { kind: 'damaged' }
  const sound: Content = { ...content }
  const isNewer = typeof sound.version === 'number' && sound.version > FORMAT_VERSION
  return isNewer ? { kind: 'newer' } : { kind: 'sound', content: sound }
}

function setAside(path: string, put: (from: string, to: string) => void): string {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const kept = path.replace(/\.json$/, `.corrupt-${stamp}.json`)
  put(path, kept)
  return kept
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
