import { type Range, type RangeSet, withRange } from '../../bytes/range-set.ts'
import type { Bucket, ObjectFacts } from './bucket.ts'
import type { Layout } from './layout.ts'
import type { Pieces } from './pieces.ts'

/** What an object store has of an unfinished upload. */
export type FoundPart = {
  /** The multipart upload that its pieces go to; undefined when none is open. */
  readonly uploadId: string | undefined
  /**
   * ETags of the pieces that are there whole, by their number from 0 on; of none when several are one object already.
   */
  readonly sent: ReadonlyMap<number, string>
  readonly fragments: readonly Range[]
  /** True when all of it is one object already. */
  readonly isWhole: boolean
  /** All of these, merged and ascending. */
  readonly kept: RangeSet
}

/** Looks for everything that is kept of an upload. */
export async function findPart(bucket: Bucket, layout: Layout, fileId: string, pieces: Pieces): Promise<FoundPart> {
  const whole: Range = { start: 0, end: pieces.sizeBytes }
  const fragments: Range[] = []
  let wholeETag: string | undefined
  let kept: RangeSet = []
  for await (const { key, sizeBytes, etag } of bucket.list(layout.folderOf(fileId))) {
    if (key === layout.wholeOf(fileId) && sizeBytes === pieces.sizeBytes) wholeETag = etag
    const fragment = layout.fragmentAt(fileId, key)
    if (fragment === undefined || sizeBytes !== fragment.end - fragment.start || fragment.end > whole.end) continue
    fragments.push(fragment)
    kept = withRange(kept, fragment)
  }
  if (wholeETag !== undefined) {
    const sent = new Map(pieces.count === 1 ? [[0, wholeETag]] : [])
    return { uploadId: undefined, sent, fragments: [], isWhole: true, kept: withRange([], whole) }
  }
  // A file of one piece has no need of a multipart upload.
  const best = pieces.count > 1 ? await fullestMultipart(bucket, layout.wholeOf(fileId), pieces) : undefined
  for (const piece of best?.sent.keys() ?? []) kept = withRange(kept, pieces.range(piece))
  return { uploadId: best?.uploadId, sent: best?.sent ?? new Map(), fragments, isWhole: false, kept }
}

type FoundMultipart = { readonly uploadId: string; readonly sent: ReadonlyMap<number, string> }

/**
 * The multipart upload with the most parts. There may be several for one key: a node that lost its lease while it made
 * one leaves it behind.
 */
async function fullestMultipart(bucket: Bucket, key: string, pieces: Pieces): Promise<FoundMultipart | undefined> {
  let fullest: FoundMultipart | undefined
  for await (const multipart of bucket.multiparts.list(key)) {
    if (multipart.key !== key) continue
    const sent = new Map<number, string>()
    for await (const { number, etag, sizeBytes } of bucket.multiparts.listParts(key, multipart.uploadId)) {
      if (number > pieces.count) continue
      const { start, end } = pieces.range(number - 1)
      if (sizeBytes === end - start) sent.set(number - 1, etag)
    }
    if (fullest === undefined || sent.size > fullest.sent.size) fullest = { uploadId: multipart.uploadId, sent }
  }
  return fullest
}

/** An object that was written whole, when it has the size it must have. */
export async function wholeObject(bucket: Bucket, key: string, sizeBytes: number): Promise<ObjectFacts | undefined> {
  const facts = await bucket.head(key)
  return facts?.sizeBytes === sizeBytes ? facts : undefined
}
