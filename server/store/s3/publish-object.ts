import { ReceiveError } from '../../base/errors.ts'
import type { Removed, Unchanged } from '../chunk-store.ts'
import type { NameClaims } from '../name-claims.ts'
import { type Claimed, giveName, type Intent, type Publication, type Settled, type Wish } from '../publication.ts'
import type { Bucket, ObjectFacts } from './bucket.ts'
import { wholeObject } from './found-part.ts'
import type { Layout } from './layout.ts'

/** The clock of a store may differ from that of the receiver by this, ms. */
const COARSE_MS = 5_000
/** The receiver itself changes an object for at most this long after it was stored, ms. */
const SETTLED_MS = 60_000
/** Says of a published object which upload it came from. */
const UPLOAD = 'longshore-upload'

/** Where an object store gives names: the bucket, its keys, and the claims that all its receivers share. */
export type NamedBucket = { readonly bucket: Bucket; readonly layout: Layout; readonly claims: NameClaims }

/**
 * Gives a whole part its final key, by a copy within the store. A bucket cannot be asked for names that fold alike, so
 * the ledger tells how a name was spelled when it was given. Objects of other programs are taken as they are spelled.
 */
export async function publishObject(
  { bucket, layout, claims }: NamedBucket,
  fileId: string,
  wish: Wish,
  publication: Publication,
): Promise<readonly string[]> {
  const whole = await wholeObject(bucket, layout.wholeOf(fileId), wish.sizeBytes)
  if (whole === undefined)
    throw new ReceiveError('STORAGE_LOST_DATA', 'The object store does not have the file that it took.')
  const claim = async (path: readonly string[]): Promise<Claimed> => {
    const { mustHold, release } = await claims.claim(path)
    return {
      path,
      takenAs: () => takenAs(bucket, layout, path, publication),
      async isStill(before) {
        const facts = await bucket.head(layout.published(path))
        return facts !== undefined && isOf(before.fileId, facts)
      },
      mustHold,
      async give(storedAs) {
        const key = layout.published(storedAs)
        await bucket.multiparts.copy(layout.wholeOf(fileId), whole, key, metadataOf(fileId, wish))
        return true
      },
      release,
    }
  }
  return giveName({ fileIdentity: fileId, claim, drop: async () => undefined }, wish, publication)
}

/** Writes a small file under its final key at once; undefined when that is taken, or somebody is deciding about it. */
export async function putSmallFile(
  { bucket, layout, claims }: NamedBucket,
  fileId: string,
  wish: Wish,
  data: Buffer,
  publication: Publication,
): Promise<readonly string[] | undefined> {
  const { path } = wish
  const claim = await claims.claimUnlessHeld(path)
  if (claim === undefined) return undefined
  try {
    const before = await publication.spelledBefore(path)
    if (before !== undefined && (await bucket.head(layout.published(before))) !== undefined) return undefined
    const key = layout.published(path)
    await publication.announce({ storedAs: path, fileIdentity: fileId })
    claim.mustHold()
    const etag = await bucket.put(key, data, { ifAbsent: true, metadata: metadataOf(fileId, wish) })
    // The store may have written it before, and only its first answer was lost.
    const facts = etag === undefined ? await bucket.head(key) : undefined
    if (etag === undefined && !(facts && isOf(fileId, facts))) return undefined
    await publication.record(path)
    return path
  } finally {
    await claim.release()
  }
}

/**
 * Finds out how an announced publication ended.
 *
 * @param hasPart tells whether anything of the part is there.
 * @param record awaited when the file is there, while nobody else decides about its name.
 */
export async function settleObject(
  { bucket, layout, claims }: NamedBucket,
  fileId: string,
  { storedAs }: Intent,
  hasPart: () => Promise<boolean>,
  record: () => Promise<void>,
): Promise<Settled> {
  const claim = await claims.claim(storedAs)
  try {
    const published = await bucket.head(layout.published(storedAs))
    if (published === undefined || !isOf(fileId, published)) return (await hasPart()) ? 'unpublished' : 'lost'
    await record()
    return 'published'
  } finally {
    await claim.release()
  }
}

/** How a name is spelled in the bucket; undefined when it is free. */
async function takenAs(
  bucket: Bucket,
  layout: Layout,
  path: readonly string[],
  { spelledBefore }: Publication,
): Promise<readonly string[] | undefined> {
  if ((await bucket.head(layout.published(path))) !== undefined) return path
  const before = await spelledBefore(path)
  if (before === undefined || before.join('/') === path.join('/')) return undefined
  return (await bucket.head(layout.published(before))) === undefined ? undefined : before
}

/** See `ChunkStore.removePublished`: what another program put there since is left alone. */
export async function removeObject(
  { bucket, layout, claims }: NamedBucket,
  path: readonly string[],
  { sizeBytes, storedAtMs, readAtMs }: Unchanged,
  record: () => Promise<void>,
): Promise<Removed> {
  const claim = await claims.claim(path)
  try {
    const key = layout.published(path)
    const facts = await bucket.head(key)
    const isOurs =
      facts === undefined ||
      (facts.sizeBytes === sizeBytes &&
        facts.metadata[UPLOAD] !== undefined &&
        facts.changedAtMs <= storedAtMs + SETTLED_MS)
    if (facts !== undefined && isOurs && facts.changedAtMs >= readAtMs - COARSE_MS) return 'touched'
    if (facts !== undefined && isOurs) await bucket.delete(key)
    await record()
    return isOurs ? 'gone' : 'changed'
  } finally {
    await claim.release()
  }
}

function isOf(fileId: string, { metadata }: ObjectFacts): boolean {
  return metadata[UPLOAD] === fileId
}

/** The modification time as rclone keeps it, so that whoever fetches files with it finds it again. */
function metadataOf(fileId: string, { modifiedAtMs }: Wish): Record<string, string> {
  return { [UPLOAD]: fileId, ...(modifiedAtMs !== undefined && { mtime: String(modifiedAtMs / 1000) }) }
}
