import { lstat, mkdir, readdir } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { hasCode } from '../base/errors.ts'
import { foldedName } from '../names/safe-path.ts'
import type { Folder, Spell } from './folder.ts'
import type { NameClaim, NameClaims } from './name-claims.ts'

/**
 * The names in a folder by their folded form: those that were there when it was read, and those that were added here
 * since.
 */
type Listing = {
  readonly names: Map<string, string>
  /** The folder's modification time right before its names were read, ns. */
  readonly changedAtNs: bigint
  readonly readAtMs: number
  /** How long reading took, ms. */
  readonly tookMs: number
  hasOurOwn: boolean
}

/**
 * Adding a name here changes the time of the folder, too. So a listing with names of our own is read again only after
 * this, ms.
 */
const TRUSTED_MS = 2000
/**
 * A listing as young as this counts as it is for the next small files, ms: looking whether the folder has changed since
 * would take as long as writing them.
 */
const READ_JUST_NOW_MS = 50
/** Reading a huge folder again may take up to this share of the time. */
const READING_SHARE = 0.05
/**
 * Listings are forgotten, the one that was read longest ago first, when they hold more names than this; about 30 MB.
 */
const MAX_NAMES = 200_000
/** After folding so many names of a huge folder, other tasks get a turn. */
const FOLD_AT_ONCE = 2000

/** A claimed name in a folder. `spelling`: how it is spelled there; undefined when it is free. */
export type ClaimedName = {
  readonly spelling: string | undefined
  /** See {@link NameClaim}. */
  mustHold(): void
  /** The name was added to the folder, in this spelling. */
  added(spelling: string): Promise<void>
  release(): Promise<void>
}

/**
 * Knows which names are taken in a folder. Names that differ only by case or normalisation count as one, as on Windows
 * and macOS, so that a received folder can be copied there whole. A file system that tells such names apart cannot be
 * asked, and reading the folder for each file would be slow, so listings are kept.
 *
 * A name that another program adds at the same moment in another spelling can be missed. In the same spelling it is
 * always seen, so it is never overwritten.
 */
export class TakenNames {
  readonly #claims: NameClaims
  readonly #listings = new Map<string, Listing>()
  readonly #readings = new Map<string, Promise<Listing>>()
  readonly #looks = new Map<string, Promise<Listing>>()

  /** @param claims shared by all who give names in the same place. */
  constructor(claims: NameClaims) {
    this.#claims = claims
  }

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

  /**
   * Claims a name, when nobody else has it claimed, and looks how it is spelled. Throws what {@link NameClaims.claim}
   * throws.
   */
  async claim(folder: Folder, name: string): Promise<ClaimedName> {
    const claim = await this.#claims.claim([...folder.path, name])
    try {
      // The listing may not show yet what another node added just now.
      const isNew = claim.spelling !== undefined && (await exists(folder, claim.spelling))
      const spelling = (await this.spellingOf(folder, name)) ?? (isNew ? claim.spelling : undefined)
      return this.#claimed(folder, claim, spelling)
    } catch (error) {
      await claim.release()
      throw error
    }
  }

  /**
   * Claims a free name without waiting; undefined when the name is taken, was taken when the folder was read, or is
   * claimed already. The caller must not replace a file that another program may have put there since.
   */
  async claimFree(folder: Folder, name: string): Promise<ClaimedName | undefined> {
    const claim = await this.#claims.claimUnlessHeld([...folder.path, name])
    if (claim === undefined) return undefined
    try {
      const identity = await folder.identity()
      const known = this.#listings.get(identity)
      // The names that we add change the folder all the time, so the time of its change tells nothing.
      const isFresh = known !== undefined && (known.hasOurOwn ? isYoung(known) : isJustRead(known))
      const listing = isFresh ? known : await this.#lookOnce(folder, identity)
      if (!listing.names.has(foldedName(name))) return this.#claimed(folder, claim, undefined)
    } catch (error) {
      await claim.release()
      throw error
    }
    await claim.release()
    return undefined
  }

  /** Makes a folder, durably, unless its name is taken. Answers how it is spelled. */
  async makeFolder(parent: Folder, name: string): Promise<string> {
    const there = await this.spellingOf(parent, name)
    if (there !== undefined) return there
    const claimed = await this.claim(parent, name)
    try {
      if (claimed.spelling !== undefined) return claimed.spelling
      try {
        await mkdir(parent.at(name))
        await parent.sync()
      } catch (error) {
        // Something of that name is there; whether it is a folder shows when it is opened.
        if (!hasCode(error, 'EEXIST')) throw error
      }
      await claimed.added(name)
      return name
    } finally {
      await claimed.release()
    }
  }

  #claimed(folder: Folder, claim: NameClaim, spelling: string | undefined): ClaimedName {
    return {
      spelling,
      mustHold: claim.mustHold,
      added: async (added) => {
        await this.#add(folder, added)
        await claim.gave(added)
      },
      release: claim.release,
    }
  }

  async #add(folder: Folder, name: string): Promise<void> {
    const identity = await folder.identity()
    const listing = (await this.#readings.get(identity)?.catch(() => undefined)) ?? this.#listings.get(identity)
    if (listing === undefined) return
    listing.names.set(foldedName(name), name)
    listing.hasOurOwn = true
  }

  /** The same for all who ask while one look is under way. */
  #lookOnce(folder: Folder, identity: string): Promise<Listing> {
    const running = this.#looks.get(identity)
    if (running !== undefined) return running
    const look = this.#listingOf(folder).finally(() => this.#looks.delete(identity))
    this.#looks.set(identity, look)
    return look
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

function isJustRead({ readAtMs }: Listing): boolean {
  return performance.now() - readAtMs < READ_JUST_NOW_MS
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
