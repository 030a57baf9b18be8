import { crc32 } from 'node:zlib'
import { isLoss } from '../base/errors.ts'
import { bytesIn, intersection, missingWithin, type RangeSet, withRange } from '../bytes/range-set.ts'
import type { ChunkRecord, UploadRecord } from '../ledger/ledger.ts'
import type { Storage } from '../storage/storage.ts'
import type { Part } from '../store/chunk-store.ts'

/**
 * What is known of the bytes of an unfinished upload: what is stored, and what of it survives a power cut. Both merged
 * and ascending.
 */
export type Reloaded = { readonly stored: RangeSet; readonly durable: RangeSet }

/**
 * Finds out which recorded chunks can be believed, and forgets the others. After a power cut the ledger may know chunks
 * that never reached the disk, so a chunk outside the checkpoint is read again and compared with its checksum; group
 * commit bounds how many those are. A chunk that the part is too short for is gone in any case.
 *
 * @param options.sender for whom the fair queue reads.
 * @param options.readAgain false after a failed sync: then reading gives back what the system remembers and the disk
 * does not have, and chunks outside the checkpoint are forgotten unread.
 */
export async function reloadStored(
  { ledger, store, readings }: Pick<Storage, 'ledger' | 'store' | 'readings'>,
  { fileId, sizeBytes }: Pick<UploadRecord, 'fileId' | 'sizeBytes'>,
  { readAgain, sender }: { readonly readAgain: boolean; readonly sender: string },
): Promise<Reloaded> {
  const checkpoint = await ledger.checkpoints.find(fileId)
  let stored: RangeSet = []
  const gone: number[] = []
  let part: Part | undefined
  const reader = { sender }
  try {
    for await (const chunk of readings.fairRecords(reader, ledger.chunks.list(fileId))) {
      part ??= await store.openPart(fileId, sizeBytes)
      const isDurable = missingWithin(checkpoint, chunk).length === 0
      const kept = part.keeps(chunk)
      if (
        kept === 'durable' ||
        (kept === 'unsure' &&
          (isDurable ||
            (readAgain && (await matches(readings.fairBlocks(reader, part.read(chunk.start, chunk.end)), chunk)))))
      )
        stored = withRange(stored, chunk)
      else gone.push(chunk.start)
    }
  } finally {
    await part?.close()
  }
  const durable = intersection(checkpoint, stored)
  // The checkpoint must shrink before a byte is written where it claimed one, or after a power cut the claim would
  // cover for that byte.
  if (gone.length > 0 || bytesIn(durable) < bytesIn(checkpoint)) {
    await ledger.checkpoints.save(fileId, durable, { forgetChunks: gone })
  }
  return { stored, durable }
}

async function matches(blocks: AsyncIterable<Buffer>, chunk: ChunkRecord): Promise<boolean> {
  let checksum = 0
  let bytes = 0
  try {
    for await (const block of blocks) {
      checksum = crc32(block, checksum)
      bytes += block.length
    }
  } catch (error) {
    // The disk cannot give it back.
    if (!isLoss(error)) throw error
    return false
  }
  return bytes === chunk.end - chunk.start && checksum === chunk.crc32
}
