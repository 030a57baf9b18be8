import { isSameDigest } from '../../proto/digest/digest-forms.ts'
import { isSameFile } from '../base/file-identity.ts'
import type { CheckedChunk } from '../bytes/checked-chunk.ts'
import { type FinishedRecord, isFinished, type StoredNames, type UploadRecord } from '../ledger/ledger.ts'
import type { Storage } from '../storage/storage.ts'
import type { ChunkStore, StoredFile } from '../store/chunk-store.ts'

/** Where stored files are, and which upload they came from. */
type Stored = { readonly store: Pick<ChunkStore, 'openPublished'>; readonly ledger: { readonly names: StoredNames } }

/** A file that has the name of a finished upload, and was not stored there by another one. */
export type StillPublished = {
  readonly file: StoredFile
  /**
   * False when the upload's own file may have been moved away, and another one into its place: of that, whoever sent
   * the upload may learn nothing.
   */
  readonly isOwn: boolean
}

/**
 * Undefined when another upload has stored something else there since, or the same by a digest of another kind, or when
 * there is no file. Whoever gets one closes it.
 */
export async function openStillPublished(
  { store, ledger }: Stored,
  record: FinishedRecord,
): Promise<StillPublished | undefined> {
  const { storedAs, digest, fileIdentity } = record.state
  const holder = await ledger.names.holder(storedAs)
  const isHolder = holder?.fileId === record.fileId
  const isSameContent =
    holder !== undefined && isSameDigest(holder.state.digest, digest) && holder.sizeBytes === record.sizeBytes
  if (holder !== undefined && !isHolder && !isSameContent) return undefined
  const file = await store.openPublished(storedAs)
  if (file === undefined) return undefined
  const isKnown = fileIdentity !== undefined && file.identity !== undefined
  return { file, isOwn: isKnown ? isSameFile(fileIdentity, file.identity) : isHolder }
}

/** True for a finished file that nobody has taken away, replaced by another upload, or made longer or shorter. */
export async function isThere(stored: Stored, record: UploadRecord): Promise<boolean> {
  if (!isFinished(record)) return false
  const still = await openStillPublished(stored, record)
  await still?.file.close()
  return still?.file.sizeBytes === record.sizeBytes
}

/** Whether that file, of the size that was recorded, has the bytes of a chunk where the chunk has them. */
export async function hasStill(
  storage: Pick<Storage, 'store' | 'ledger' | 'readings'>,
  record: FinishedRecord,
  { offset, data, sender }: CheckedChunk,
): Promise<boolean> {
  const still = await openStillPublished(storage, record)
  if (still === undefined) return false
  const { file } = still
  try {
    if (file.sizeBytes !== record.sizeBytes) return false
    let compared = 0
    for await (const block of storage.readings.fairBlocks({ sender }, file.read(offset, offset + data.length))) {
      if (!block.equals(data.subarray(compared, compared + block.length))) return false
      compared += block.length
    }
    return compared === data.length
  } finally {
    await file.close()
  }
}
