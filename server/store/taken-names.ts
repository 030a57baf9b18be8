import { lstat, mkdir, readdir } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { hasCode } from '../errors.ts'
import { foldedName } from '../safe-path.ts'
import type { Folder, Spell } from './folder.ts'

/** The names in a folder, by their folded form, as they were when they were read and with those that were added here since. */
type Listing = {
  readonly names: Map<string, string>
  /** The folder's modification time right before its names were read, ns. */
  readonly changedAtNs: bigint
  readonly readAtMs: number
  /** How long reading took, ms. */
  readonly tookMs: number
  hasOurOwn: boolean
}

/** What is added here changes the folder's time, too. So a listing with names of our own is read again only after this, ms. */
const TRUSTED_MS = 2000
/** Reading a huge folder again may take up to this share of the time. */
const READING_SHARE = 0.05
/** Listings are forgotten, the one that was read longest ago first, when they hold more names than this; about 30 MB. */
const MAX_NAMES = 200_000
/** Folding names of a huge folder lets others have a turn after so many. */
const FOLD_AT_ONCE = 2000

/**
 * Knows which names are taken in a folder when names that differ only by case or normalisation count as one, as they do on Windows and macOS, so
 * that what is received can be copied there whole. File systems that tell such names apart cannot be asked, and reading a folder for each file
 * would be slow, so listings are kept.
 *
 * A name that another program adds at the same moment in another spelling can be missed. It is never overwritten: spelled the same, it is
 * always seen.
 */
export class TakenNames {
  readonly #listings = new Map<string, Listing>()
  readonly #readings = new Map<string, Promise<Listing>>()
  readonly #turns = new Map<string, Promise<unknown>>()

  /** How a name is spelled in a folder; undefined when it is free. */
  async spellingOf(folder: Folder, name: string): Promise<string | undefined> {
    if (await exists(folder, name)) return name
    const { names } = await this.#listingOf(folder)
    const spelling = names.get(foldedName(name))
    return spelling !== undefined && (await exists(folder, spelling)) ? spelling : undefined
  }

  /** The same for many names at once, as they were when the folder was read; see {@link TRUSTED_MS}. */
  async spellingsOf(folder: Folder, names: readonly string[]): Promise<readonly (string | undefined)[]> {
    const listing = await this.#listingOf(folder)
    return names.map((name) => listing.names.get(foldedName(name)))
  }

  /** Runs tasks that want names of one folded form in one folder one after the other. */
  async inTurn<T>(folder: Folder, name: string, task: () => Promise<T>): Promise<T> {
    const identity = await folder.identity()
    const key = `${identity} ${foldedName(name)}`
    const before = this.#turns.get(key)
    const turn = (async () => {
      await before?.catch(() => 'told to whoever had the turn before')
      return task()
    })()
    this.#turns.set(key, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(key) === turn) this.#turns.delete(key)
    }
  }

  /** A name was added to a folder here. */
  async add(folder: Folder, name: string): Promise<void> {
    const identity = await folder.identity()
    const listing = (await this.#readings.get(identity)?.catch(() => undefined)) ?? this.#listings.get(identity)
    if (listing === undefined) return
    listing.names.set(foldedName(name), name)
    listing.hasOurOwn = true
  }

  /**
   * Takes a name that is free, for somebody who is about to use it. Answers false when it is taken, or was when the folder was read. Whoever uses
   * it without waiting for a turn must not replace what may be there by then.
   */
  async claim(folder: Folder, name: string): Promise<boolean> {
    const known = this.#listings.get(await folder.identity())
    // Names of our own change the folder all the time, so asking when it changed would tell nothing.
    const isFresh = known?.hasOurOwn && isYoung(known)
    const listing = isFresh ? known : await this.#listingOf(folder)
    const folded = foldedName(name)
    if (listing.names.has(folded)) return false
    listing.names.set(folded, name)
    listing.hasOurOwn = true
    return true
  }

  /** Makes a folder, durably, unless its name is taken. Answers how it is spelled. */
  makeFolder(parent: Folder, name: string): Promise<string> {
    return this.inTurn(parent, name, async () => {
      const spelling = await this.spellingOf(parent, name)
      if (spelling !== undefined) return spelling
      try {
        await mkdir(parent.at(name))
        await parent.sync()
      } catch (error) {
        // Something of that name is there; whether it is a folder shows when it is opened.
        if (!hasCode(error, 'EEXIST')) throw error
      }
      await this.add(parent, name)
      return name
    })
  }

  async #listingOf(folder: Folder): Promise<Listing> {
    const { identity, changedAtNs } = await folder.state()
    const known = this.#listings.get(identity)
    if (known !== undefined && isTrusted(known, changedAtNs)) return known
    const running = this.#readings.get(identity)
    if (running !== undefined) return running
    const reading = read(folder, changedAtNs)
    this.#readings.set(identity, reading)
    try {
      const listing = await reading
      this.#listings.delete(identity)
      this.#listings.set(identity, listing)
      this.#forgetOldest()
      return listing
    } finally {
      this.#readings.delete(identity)
    }
  }

  #forgetOldest(): void {
    let kept = 0
    for (const [identity, { names }] of [...this.#listings].reverse()) {
      if (kept > 0 && kept + names.size > MAX_NAMES) this.#listings.delete(identity)
      else kept += names.size
    }
  }
}

/** Spells each name as it is there already. */
export function spellIn(taken: TakenNames): Spell {
  return async (parent, name) => (await taken.spellingOf(parent, name)) ?? name
}

function isTrusted(listing: Listing, nowChangedAtNs: bigint): boolean {
  return listing.changedAtNs === nowChangedAtNs || (listing.hasOurOwn && isYoung(listing))
}

function isYoung({ readAtMs, tookMs }: Listing): boolean {
  return performance.now() - readAtMs < Math.max(TRUSTED_MS, tookMs / READING_SHARE)
}

async function read(folder: Folder, changedAtNs: bigint): Promise<Listing> {
  const startedAtMs = performance.now()
  const names = new Map<string, string>()
  // Of several spellings, which only another program can have made, the first in order is found each time.
  for (const [index, name] of (await readdir(folder.at('.'))).sort().reverse().entries()) {
    names.set(foldedName(name), name)
    if (index % FOLD_AT_ONCE === FOLD_AT_ONCE - 1) await setImmediate()
  }
  const readAtMs = performance.now()
  return { names, changedAtNs, readAtMs, tookMs: readAtMs - startedAtMs, hasOurOwn: false }
}

async function exists(folder: Folder, name: string): Promise<boolean> {
  try {
    await lstat(folder.at(name))
    return true
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}
