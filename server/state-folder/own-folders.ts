import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../base/errors.ts'
import { fileIdentity } from '../base/file-identity.ts'
import { SingleFlight } from '../base/single-flight.ts'

/** For how long the list of folders is used, ms: some folders are made while the receiver runs. */
const FRESH_MS = 1000

/**
 * The folders of the receiver itself: those that it keeps its state in, and the folders in them. They are known by
 * device and inode, not by name.
 */
export class OwnFolders {
  readonly #tops = new Set<string>()
  /** Where each is, by its identity. */
  #known = new Map<string, string>()
  #readAtMs = Number.NEGATIVE_INFINITY
  readonly #reading = new SingleFlight(() => this.#read())

  add(top: string): void {
    this.#tops.add(top)
    this.#readAtMs = Number.NEGATIVE_INFINITY
  }

  /** True when a folder is one of them, however it was reached. */
  async has(identity: string): Promise<boolean> {
    if (performance.now() - this.#readAtMs > FRESH_MS) await this.#reading.run()
    const path = this.#known.get(identity)
    // When a folder is deleted, a new one may get its inode, so a match is looked at again.
    return path !== undefined && (await identityOf(path)) === identity
  }

  async #read(): Promise<void> {
    const startedAtMs = performance.now()
    const known = new Map<string, string>()
    for (const top of this.#tops) {
      const inner = (await readdir(top, { withFileTypes: true }).catch(none)).filter((entry) => entry.isDirectory())
      for (const path of [top, ...inner.map(({ name }) => join(top, name))]) {
        const identity = await identityOf(path)
        if (identity !== undefined) known.set(identity, path)
      }
    }
    this.#known = known
    this.#readAtMs = startedAtMs
  }
}

/**
 * By receiving folder. Every folder that is opened below it is compared with these, so that no caller can forget to do
 * it.
 */
const ofRoot = new Map<string, OwnFolders>()

/** From now on, nobody reaches a folder of the receiver's own by a path below a receiving folder. */
export function keepOut(root: string, top: string): void {
  const own = ofRoot.get(root) ?? new OwnFolders()
  ofRoot.set(root, own)
  own.add(top)
}

/** See {@link keepOut}; undefined for a folder that no receiver of this process has. */
export function ownFoldersOf(root: string): OwnFolders | undefined {
  return ofRoot.get(root)
}

/** Undefined when there is no such folder. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    return fileIdentity(await stat(path, { bigint: true }))
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}

/** For `catch`: of a folder that is not there, or that this user may not list, only itself is known. */
function none(error: unknown): [] {
  if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM')) return []
  throw error
}
