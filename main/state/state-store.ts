import { accessSync, constants, copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { FileTrouble } from '../notices/file-trouble.ts'
import { backupPath, statePath } from './found-state.ts'
import { type Content, type StateFormat, stamped } from './state-format.ts'

/** The part of electron-store that is used here. `conf`, on which it is built, has it too, and runs without Electron. */
export type JsonStore = { store: Record<string, unknown> }

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

export type StateStoreOptions = {
  readonly directory: string
  /** File name without `.json`. */
  readonly name: string
  readonly format: StateFormat
  readonly openStore: OpenStore
  /** Version of the app, for a person who opens the file with another one. */
  readonly writtenBy: string
}

/** Writes one state file. What is under its name must be sound, or nothing: see `findState`. */
export type StateStore = {
  /** Replaces the whole content, atomically, and keeps the one before as a backup. Throws with a sentence (no full stop) when it cannot. */
  write(content: Content): void
}

/** Prepares the writing of one state file; nothing is made or opened before the first write. */
export function createStateStore({ directory, name, format, openStore, writtenBy }: StateStoreOptions): StateStore {
  const path = statePath(directory, name)
  let store: JsonStore | undefined
  return {
    write(content) {
      try {
        mkdirSync(directory, { recursive: true })
        // Asked first, because the store tries a forbidden write again and again for a second, and nothing else happens meanwhile.
        accessSync(directory, constants.W_OK)
        store ??= openStore(directory, name)
        if (existsSync(path)) copyFileSync(path, backupPath(directory, name))
        store.store = stamped(content, format, writtenBy)
      } catch (cause) {
        throw new FileTrouble(directory, { cause })
      }
    },
  }
}
