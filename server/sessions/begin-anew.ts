import { bytesIn, type RangeSet, withRange } from '../bytes/range-set.ts'
import type { ChunkRecord, UploadRecord } from '../ledger/ledger.ts'
import type { Storage } from '../storage/storage.ts'
import type { ReceivedBytes } from './received-bytes.ts'

/**
 * Makes a record that takes other content the one that counts, and answers what is stored of it: nothing, or of an
 * unfinished upload `kept`, which is in it.
 *
 * @param holder whose share of the disk the rest takes
 * @param kept undefined for an upload that was finished
 */
export async function beginAnew(
  storage: Storage,
  record: UploadRecord,
  holder: string,
  bytes: ReceivedBytes,
  kept: readonly ChunkRecord[] | undefined,
): Promise<RangeSet> {
  const { ledger, space } = storage
  if (kept === undefined) {
    await space.reserve(record.fileId, holder, record.sizeBytes)
    await ledger.uploads.save(record, { forgetChunks: true })
    await bytes.close()
    return []
  }
  await bytes.close()
  await ledger.uploads.save(record, { forgetChunks: true })
  const stored = await keep(storage, record, bytes, kept)
  await space.reserve(record.fileId, holder, record.sizeBytes - bytesIn(stored))
  return stored
}

async function keep(
  { ledger, store }: Storage,
  { fileId }: UploadRecord,
  bytes: ReceivedBytes,
  kept: readonly ChunkRecord[],
): Promise<RangeSet> {
  // An object store has sent off what it was given, and takes no other bytes in its place.
  if (kept.length === 0 || store.digestsParts) {
    await bytes.discard()
    return []
  }
  let stored: RangeSet = []
  for (const chunk of kept) {
    await ledger.chunks.save(fileId, chunk)
    stored = withRange(stored, chunk)
  }
  return stored
}
