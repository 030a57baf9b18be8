import type { UploadId, UploadSnapshot } from '../../main/contract/contract.ts'

/** The uploads by id, in no particular order. */
export type Uploads = {
  readonly size: number
  get(id: UploadId): UploadSnapshot | undefined
  values(): Iterable<UploadSnapshot>
}

/** Uploads that never change; {@link UploadTable.with} makes others from them. */
export type UploadTable = Uploads & {
  /** The same with some put in or replaced, and some taken out. Costs what changes, not what is there. */
  with(changed: Iterable<UploadSnapshot>, removed: Iterable<UploadId>): UploadTable
}

type Bucket = ReadonlyMap<UploadId, UploadSnapshot>

/** A change copies this list and, of the buckets, those it falls into: with 100,000 uploads that is a dozen each. */
const BUCKETS = 8192

/** A table that begins with these uploads. */
export function uploadTable(uploads: Iterable<UploadSnapshot> = []): UploadTable {
  return tableOf(new Array<Bucket>(BUCKETS).fill(new Map()), 0).with(uploads, [])
}

function tableOf(buckets: readonly Bucket[], size: number): UploadTable {
  return {
    size,
    get: (id) => buckets[bucketOf(id)]?.get(id),
    *values() {
      for (const bucket of buckets) yield* bucket.values()
    },
    with(changed, removed) {
      const next = [...buckets]
      const copies = new Map<number, Map<UploadId, UploadSnapshot>>()
      let nextSize = size

      function copyOf(id: UploadId): Map<UploadId, UploadSnapshot> {
        const index = bucketOf(id)
        const copy = copies.get(index) ?? new Map(buckets[index])
        if (!copies.has(index)) next[index] = copy
        copies.set(index, copy)
        return copy
      }

      for (const id of removed) if (copyOf(id).delete(id)) nextSize--
      for (const upload of changed) {
        const bucket = copyOf(upload.id)
        if (!bucket.has(upload.id)) nextSize++
        bucket.set(upload.id, upload)
      }
      return tableOf(next, nextSize)
    },
  }
}

/** Spreads ids over the buckets by their last characters, which differ the most. */
function bucketOf(id: UploadId): number {
  let hash = 0
  for (let index = Math.max(0, id.length - 4); index < id.length; index++) hash = (hash * 31 + id.charCodeAt(index)) | 0
  return (hash >>> 0) % BUCKETS
}
