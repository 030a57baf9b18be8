import { ReceiveError } from '../base/errors.ts'
import type { OnConflict } from '../ledger/ledger.ts'
import { numbered } from '../names/safe-path.ts'

/** What a published file is to look like. */
export type Wish = {
  readonly path: readonly string[]
  readonly sizeBytes: number
  readonly modifiedAtMs: number | undefined
  readonly onConflict: OnConflict
  /** See `UploadRecord.skipSame`. */
  readonly skipSame?: boolean
}

/**
 * What is about to happen, told before it happens, so that `ChunkStore.settle` can tell after a crash whether it did.
 */
export type Intent = { readonly storedAs: readonly string[]; readonly fileIdentity: string }

/** How an interrupted publication ended: under its final name, still a part, or neither can be found. */
export type Settled = 'published' | 'unpublished' | 'lost'

/**
 * What a store asks and tells while it publishes a file. From the first question to the last message, nobody else
 * decides about the name.
 */
export interface Publication {
  /**
   * How the name was spelled when a file was last stored under it, as far as the ledger knows; undefined when none was.
   */
  spelledBefore(path: readonly string[]): Promise<readonly string[] | undefined>
  /** Whether this upload may replace what was stored under the name that it asks for. Asked only for OVERWRITE. */
  mayReplace(path: readonly string[]): Promise<boolean>
  /**
   * The file of an earlier upload of the same source, when it has another name than this upload asks for; that file is
   * then replaced. Undefined when there is none.
   */
  storedBefore(): Promise<StoredBefore | undefined>
  /**
   * Whether the stored file has exactly the bytes of this upload. Asked only where an equal file makes this upload
   * unnecessary.
   */
  isSame(path: readonly string[]): Promise<boolean>
  /** Awaited before the name appears. */
  announce(intent: Intent): Promise<void>
  /** Awaited when the name is there and survives a power cut. */
  record(storedAs: readonly string[]): Promise<void>
}

/** How many files may share a name and a number before the sender is told to choose another name. */
const MAX_NUMBER = 10_000

/** A file of an earlier upload of the same source, as it was stored. Another file may have its name by now. */
export type StoredBefore = {
  readonly fileId: string
  readonly path: readonly string[]
  readonly sizeBytes: number
  readonly modifiedAtMs: number | undefined
}

/**
 * What is done with a name that was looked at: the file is added under it, replaces what has it, is there already, or
 * tries the next name.
 */
type Decision = 'add' | 'replace' | 'same' | 'next'

/** A name that is claimed: nobody else decides about it until it is released. */
export type Claimed = {
  /** The path with this name, as it would be where it is free. */
  readonly path: readonly string[]
  /** How it is spelled where it is taken; undefined when it is free. */
  takenAs(): Promise<readonly string[] | undefined>
  /** Whether what was stored under it is there as it was. */
  isStill(before: StoredBefore): Promise<boolean>
  /** Throws ReceiveError when the claim does not hold any more. */
  mustHold(): void
  /** Gives the file this name, durably; false when another program took it at the same moment. */
  give(storedAs: readonly string[], how: 'add' | 'replace'): Promise<boolean>
  release(): Promise<void>
}

/** A file that is to get its name, in the store that has it. */
export type Unnamed = {
  /** See {@link Intent}. */
  readonly fileIdentity: string
  claim(path: readonly string[]): Promise<Claimed>
  /** Leaves the file without a name: the same is stored already. */
  drop(): Promise<void>
}

/** Gives a file the first name that it may have, in the one way that all stores have; answers where it is. */
export async function giveName(file: Unnamed, wish: Wish, publication: Publication): Promise<readonly string[]> {
  const give = async (claimed: Claimed, storedAs: readonly string[], how: 'add' | 'replace'): Promise<boolean> => {
    await publication.announce({ storedAs, fileIdentity: file.fileIdentity })
    claimed.mustHold()
    if (!(await claimed.give(storedAs, how))) return false
    await publication.record(storedAs)
    return true
  }
  const own = await publication.storedBefore()
  if (own !== undefined) {
    const claimed = await file.claim(own.path)
    try {
      const isStill = (await claimed.isStill(own)) && (await publication.storedBefore())?.fileId === own.fileId
      if (isStill && (await give(claimed, claimed.path, 'replace'))) return claimed.path
    } finally {
      await claimed.release()
    }
  }
  for (const { name, isFirstChoice } of namesFor(wish)) {
    const claimed = await file.claim([...wish.path.slice(0, -1), name])
    try {
      const taken = await claimed.takenAs()
      const storedAs = taken ?? claimed.path
      const decision = await decide(wish, publication, storedAs, { isTaken: taken !== undefined, isFirstChoice })
      if (decision === 'next') continue
      if (decision === 'same') {
        await publication.record(storedAs)
        await file.drop()
        return storedAs
      }
      if (await give(claimed, storedAs, decision)) return storedAs
    } finally {
      await claimed.release()
    }
  }
  throw new Error('Names ended without an error.')
}

/**
 * Decides about a name; all stores decide in this way.
 *
 * @param path as it is spelled where the name is taken, else as it would be spelled.
 */
async function decide(
  { onConflict, skipSame = false }: Wish,
  publication: Pick<Publication, 'mayReplace' | 'isSame'>,
  path: readonly string[],
  { isTaken, isFirstChoice }: { readonly isTaken: boolean; readonly isFirstChoice: boolean },
): Promise<Decision> {
  if (onConflict === 'OVERWRITE' && isFirstChoice && (await publication.mayReplace(path))) return 'replace'
  if (!isTaken) return 'add'
  return skipSame && (await publication.isSame(path)) ? 'same' : 'next'
}

/**
 * The names that a file may get, in this order: the name that it asks for, then the same with numbers, unless its
 * policy is to be refused when the name is taken.
 *
 * @throws ReceiveError TARGET_EXISTS after the last.
 */
function* namesFor({ path, onConflict }: Wish): Generator<{ readonly name: string; readonly isFirstChoice: boolean }> {
  const name = path.at(-1) ?? ''
  const numbers = onConflict === 'REFUSE' ? 1 : MAX_NUMBER
  for (let number = 1; number <= numbers; number++) {
    yield { name: number === 1 ? name : numbered(name, number), isFirstChoice: number === 1 }
  }
  throw new ReceiveError('TARGET_EXISTS', `"${path.join('/')}" exists already.`)
}
