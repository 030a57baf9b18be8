import { ReceiveError } from '../base/errors.ts'
import type { CheckedChunk } from '../bytes/checked-chunk.ts'
import type { RangeSet } from '../bytes/range-set.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Part } from '../store/chunk-store.ts'

/**
 * Compares a chunk with what is stored of it already: by the recorded checksum when this very chunk is, else byte by
 * byte.
 *
 * @throws ReceiveError PARAMS_CHANGED when other bytes are stored there.
 */
export async function mustEqualStored(
  { chunks }: Pick<Ledger, 'chunks'>,
  fileId: string,
  part: Part,
  { offset, data, crc32 }: CheckedChunk,
  overlaps: RangeSet,
): Promise<void> {
  const known = await chunks.find(fileId, offset)
  if (known?.end === offset + data.length) {
    if (known.crc32 === crc32) return
    throw otherBytesAt(offset)
  }
  for (const { start, end } of overlaps) {
    let at = start
    for await (const block of part.read(start, end)) {
      const from = at - offset
      if (!block.equals(data.subarray(from, from + block.length))) throw otherBytesAt(at)
      at += block.length
    }
  }
}

function otherBytesAt(offset: number): ReceiveError {
  return new ReceiveError('PARAMS_CHANGED', `Other bytes are stored at offset ${offset}.`)
}
