import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { FileTrouble } from '../notices/file-trouble.ts'
import {
  type Content,
  contentOf,
  type StateFormat,
  type Stored,
  semver,
  stepsOf,
  textOf,
  versioned,
} from './state-format.ts'

/**
 * The part of electron-store that is used here. `conf`, on which it is built, has it too, and runs without Electron.
 */
export type JsonStore = { store: Record<string, unknown> }

/**
 * Opens `<cwd>/<name>.json` with options of electron-store, and reads it; throws when it cannot be read. In `conf`
 * `name` is `configName`.
 */
export type OpenStore = (options: StoreOptions) => JsonStore

export type StoreOptions = typeof STORE_OPTIONS & {
  readonly cwd: string
  readonly name: string
  readonly projectVersion: string
  readonly serialize: (content: Stored) => string
  readonly deserialize: (text: string) => Stored
  readonly migrations?: Record<string, (store: JsonStore) => void>
}

/** Keys with dots are plain keys, the file is for its owner only, and what is damaged is set aside here. */
const STORE_OPTIONS = {
  accessPropertiesByDotNotation: false,
  configFileMode: 0o600,
  clearInvalidConfig: false,
} as const

/** What is on disk under the name of a state file, once it was looked at. */
export type FoundState =
  | { readonly kind: 'absent' }
  /** `isEarlier`: the content is that of an earlier version, until it is migrated. */
  | { readonly kind: 'sound'; readonly content: Content; readonly isEarlier: boolean }
  /** The file was damaged; the state before its last change takes its place. */
  | { readonly kind: 'restored'; readonly content: Content; readonly isEarlier: boolean; readonly keptAs: string }
  /** The file was damaged, and there is no sound backup. */
  | { readonly kind: 'damaged'; readonly keptAs: string }
  /** Written by a later app, which `writer` names for people. Neither used nor touched. */
  | { readonly kind: 'newer'; readonly writer: string }
  /** Neither used nor touched. */
  | { readonly kind: 'unreadable'; readonly why: FileTrouble }

export type StateStoreOptions = {
  readonly directory: string
  /** File name without `.json`. */
  readonly name: string
  readonly format: StateFormat
  readonly openStore: OpenStore
  /** Version of the app, for a person who opens the file with another one. */
  readonly writtenBy: string
}

/**
 * One file in electron-store, with what that does not do. All methods throw a `FileTrouble` when they cannot do what
 * they say.
 */
export type StateStore = {
  /**
   * Makes today's form of a file of an earlier version and returns it. Keeps the file as it was, as
   * `<name>.version-<n>.json`.
   */
  migrate(): Content
  /**
   * Replaces the whole content, atomically and through a flush of the disk's caches, and keeps the one before as a
   * backup.
   */
  write(content: Content): void
  /** Keeps a copy of a file of which only a part can be used. Returns where. */
  keepCopy(): string
}

/** A store with what it read when it was opened: undefined when there was no file. */
type Opened = { readonly store: JsonStore; readonly content: Stored | undefined }

export type OpenedState = { readonly found: FoundState; readonly store: StateStore }

/**
 * Opens one state file. A damaged one is set aside, never deleted, and its backup takes its place when that is sound.
 * Nothing may be written over what was found to be newer or unreadable.
 */
export function openStateStore({ directory, name, format, openStore, writtenBy }: StateStoreOptions): OpenedState {
  const path = join(directory, `${name}.json`)
  const backup = beside('backup')
  let store: JsonStore | undefined
  let writtenBytes = 0

  function beside(mark: string): string {
    return join(directory, `${name}.${mark}.json`)
  }

  /**
   * Only with migrations the store writes when it is opened. It reads the file then, which is `content`, and would read
   * it again to tell it.
   */
  function open(more: Pick<StoreOptions, 'migrations'> = {}): Opened {
    let content: Stored | undefined
    const opened = openStore({
      ...STORE_OPTIONS,
      cwd: directory,
      name,
      projectVersion: semver(format.version),
      serialize(written) {
        const text = textOf(written, writtenBy)
        writtenBytes = Buffer.byteLength(text)
        return text
      },
      deserialize(text) {
        content = contentOf(text, format)
        return content
      },
      ...more,
    })
    const read = content
    // The store lives as long as the app, and what it read must not.
    content = undefined
    return { store: opened, content: read }
  }

  /** Undefined: it is damaged. */
  function look(): Extract<FoundState, { kind: 'absent' | 'sound' | 'newer' }> | undefined {
    try {
      // The store takes a file that is missing for an empty one, and makes a folder for it.
      statSync(path)
      const { content, ...opened } = open()
      store = opened.store
      if (content === undefined) return { kind: 'absent' }
      const version = Number(content.version)
      if (version <= format.version) return { kind: 'sound', content, isEarlier: version < format.version }
      const app = content.writtenBy
      return { kind: 'newer', writer: typeof app === 'string' ? `Longshore ${app}` : 'a newer version of Longshore' }
    } catch (cause) {
      if (cause instanceof SyntaxError) return undefined
      if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return { kind: 'absent' }
      throw cause
    }
  }

  function find(): FoundState {
    try {
      const seen = look()
      if (seen !== undefined) return seen
      const keptAs = setAside(renameSync)
      if (!existsSync(backup)) return { kind: 'damaged', keptAs }
      // Put in place at once: a crash before the next write must not find the name empty and take that for a fresh
      // start.
      copyFileSync(backup, path)
      const spare = look()
      if (spare?.kind === 'sound') return { ...spare, kind: 'restored', keptAs }
      rmSync(path)
      return { kind: 'damaged', keptAs }
    } catch (cause) {
      // Expected: the folder or the file cannot be read, moved or written (permissions, a full or read-only disk).
      return { kind: 'unreadable', why: new FileTrouble(directory, { cause }) }
    }
  }

  function setAside(put: (from: string, to: string) => void): string {
    const kept = beside(`corrupt-${new Date().toISOString().replace(/[:.]/g, '-')}`)
    put(path, kept)
    return kept
  }

  function inFolder<T>(act: () => T): T {
    try {
      mkdirSync(directory, { recursive: true })
      // Asked first, because the store tries a forbidden write again and again for a second, and nothing else happens
      // meanwhile.
      accessSync(directory, constants.W_OK)
      return act()
    } catch (cause) {
      throw new FileTrouble(directory, { cause })
    }
  }

  function migrate(): Content {
    const earlier = beside(`version-${open().content?.version}`)
    copyFileSync(path, earlier)
    try {
      store = open({ migrations: stepsOf(format) }).store
      return store.store
    } catch (cause) {
      // The store puts back what it read, of which a full disk may take a part only.
      renameSync(earlier, path)
      throw cause
    }
  }

  function write(content: Content): void {
    store ??= open().store
    const hasBackup = existsSync(path)
    if (hasBackup) copyFileSync(path, backup)
    // With its version, for which the store would else read and parse the file that it replaces.
    store.store = { ...content, ...versioned(format.version) }
    if (statSync(path).size === writtenBytes) return
    // The store does not look how much of its text the disk took, and a disk that is nearly full takes a part.
    if (hasBackup) renameSync(backup, path)
    else rmSync(path)
    throw Object.assign(new Error('ENOSPC: the disk took a part of the file only'), { code: 'ENOSPC' })
  }

  return {
    found: find(),
    store: {
      migrate: () => inFolder(migrate),
      write: (content) => inFolder(() => write(content)),
      keepCopy: () => inFolder(() => setAside(copyFileSync)),
    },
  }
}

/** How electron-store calls what it writes before it has the name of the file, each time anew. */
const DRAFT = /\.json\.tmp-[0-9a-f]+$/

/** Removes what processes that were killed in the middle of a write left in a folder. */
export function removeDrafts(directory: string): void {
  try {
    for (const file of readdirSync(directory)) if (DRAFT.test(file)) rmSync(join(directory, file))
  } catch {
    // Expected: there is no such folder yet, or it may not be read or written. Drafts only take room.
  }
}
