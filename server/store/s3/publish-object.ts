import { ReceiveError } from '../../errors.ts'
import { numbered } from '../../safe-path.ts'
import type { Intent, Settled, Wish } from '../chunk-store.ts'
import type { Bucket, ObjectFacts } from './bucket.ts'
import { wholeObject } from './found-part.ts'
import type { Layout } from './layout.ts'

/** How many files may share a name and a number before the sender is told to choose another name. */
const MAX_NUMBER = 10_000
/** Says of a published object which upload it came from. */
const UPLOAD = 'longshore-upload'

/**
 * Gives a whole part its final key, by a copy within the store. Whoever is about to do so claims the key first, with an object that only one can make; a claim
 * is given back by whoever made it, so that one which a crash left is given back when its upload is settled.
 */
export async function publishObject(
  bucket: Bucket,
  layout: Layout,
  fileId: string,
  wish: Wish,
  announce: (intent: Intent) => Promise<void>,
): Promise<readonly string[]> {
  const whole = await wholeObject(bucket, layout.wholeOf(fileId), wish.sizeBytes)
  if (whole === undefined)
    throw new ReceiveError('STORAGE_LOST_DATA', 'The object store does not have the file that it took.')
  const folder = wish.path.slice(0, -1)
  const name = wish.path.at(-1) ?? ''
  const numbers = wish.onConflict === 'KEEP_BOTH' ? MAX_NUMBER : 1
  for (let number = 1; number <= numbers; number++) {
    const path = [...folder, number === 1 ? name : numbered(name, number)]
    const key = layout.published(path)
    const publish = () => bucket.multiparts.copy(layout.wholeOf(fileId), whole, key, metadataOf(fileId, wish))
    if (wish.onConflict === 'OVERWRITE') {
      await announce({ storedAs: path, fileIdentity: fileId })
      await publish()
      return path
    }
    // Of names with numbers, many may be taken; the first one hardly ever is.
    if (number > 1 && (await bucket.head(key)) !== undefined) continue
    await announce({ storedAs: path, fileIdentity: fileId })
    if (!(await claimed(bucket, layout, path, fileId))) continue
    const isFree = (await bucket.head(key)) === undefined
    if (isFree) await publish()
    await bucket.delete(layout.claimOf(path))
    if (isFree) return path
  }
  throw new ReceiveError('TARGET_EXISTS', `"${wish.path.join('/')}" exists already.`)
}

/**
 * Writes a small file under its final key at once; undefined when that is taken. It claims the key like every publication, which would otherwise copy over it
 * what it found the key free for.
 */
export async function putWhole(
  bucket: Bucket,
  layout: Layout,
  fileId: string,
  wish: Wish,
  data: Buffer,
  announce: (intent: Intent) => Promise<void>,
): Promise<readonly string[] | undefined> {
  const key = layout.published(wish.path)
  await announce({ storedAs: wish.path, fileIdentity: fileId })
  if (!(await claimed(bucket, layout, wish.path, fileId))) return undefined
  const etag = await bucket.put(key, data, { ifAbsent: true, metadata: metadataOf(fileId, wish) })
  // The store may have done it, and its first answer was lost.
  const facts = etag === undefined ? await bucket.head(key) : undefined
  await bucket.delete(layout.claimOf(wish.path))
  return etag !== undefined || (facts && isOf(fileId, facts)) ? wish.path : undefined
}

/** Finds out how an announced publication ended. `hasPart` tells whether anything of the part is there. */
export async function settleObject(
  bucket: Bucket,
  layout: Layout,
  fileId: string,
  { storedAs }: Intent,
  hasPart: () => Promise<boolean>,
): Promise<Settled> {
  const published = await bucket.head(layout.published(storedAs))
  const claim = layout.claimOf(storedAs)
  if (String(await bucket.get(claim)) === fileId) await bucket.delete(claim)
  if (published !== undefined && isOf(fileId, published)) return 'published'
  return (await hasPart()) ? 'unpublished' : 'lost'
}

/** True for an object that was published by a receiver, and not put by another program since. */
export function isPublished({ metadata }: ObjectFacts): boolean {
  return metadata[UPLOAD] !== undefined
}

function isOf(fileId: string, { metadata }: ObjectFacts): boolean {
  return metadata[UPLOAD] === fileId
}

/** False when another upload has claimed the name. */
async function claimed(bucket: Bucket, layout: Layout, path: readonly string[], fileId: string): Promise<boolean> {
  const key = layout.claimOf(path)
  if ((await bucket.put(key, Buffer.from(fileId), { ifAbsent: true })) !== undefined) return true
  // Our own, from an attempt that broke off, or because the store did it and its first answer was lost.
  return String(await bucket.get(key)) === fileId
}

/** The modification time as rclone keeps it, so that whoever fetches files with it finds it again. */
function metadataOf(fileId: string, { modifiedAtMs }: Wish): Record<string, string> {
  return { [UPLOAD]: fileId, ...(modifiedAtMs !== undefined && { mtime: String(modifiedAtMs / 1000) }) }
}
