import { newChunkBuffer } from '../../proto/chunk-message.ts'
import type { Attempt } from './attempt.ts'
import { type ByteSpan, type Cut, plannedChunks } from './plan.ts'

/** One chunk with its bytes, ready to go. `done` gives its memory back to the budget; calling it again does nothing. */
export type OutgoingChunk = { readonly offset: number; readonly data: Buffer; done(): void }

/** How often the source is looked at while it is read, bytes. */
const LOOK_EVERY_BYTES = 32 * 1024 * 1024

/**
 * The chunks to send, in file order. Each byte is read once, for the digest and the wire alike: a chunk that is stored already is only hashed, and one
 * that is hashed already is only sent.
 */
export async function* outgoingChunks(
  { record, source, digest, budget, stages, signal }: Attempt,
  cut: Cut,
  storedSpans: readonly ByteSpan[],
): AsyncGenerator<OutgoingChunk, void> {
  let readBytes = 0
  for (const { start, end, stored } of plannedChunks(record.identity.sizeBytes, cut, storedSpans)) {
    const hashed = digest.hashedBytes >= end
    if (stored && hashed) continue
    const bytes = end - start
    // A file that grows or is rewritten is noticed long before its end.
    if (Math.floor((readBytes + bytes) / LOOK_EVERY_BYTES) > Math.floor(readBytes / LOOK_EVERY_BYTES)) {
      await source.assertUnchanged()
    }
    readBytes += bytes
    await budget.take(bytes, signal)
    let held = true
    const done = (): void => {
      if (held) budget.give(bytes)
      held = false
    }
    try {
      const data = await stages.time('source', () => source.read(start, end, newChunkBuffer(bytes)))
      // A receiver may have changed its chunk size between two attempts, so the digest may stand inside this chunk.
      const beganMs = performance.now()
      if (!hashed) digest.update(data.subarray(digest.hashedBytes - start))
      stages.add('hashing', performance.now() - beganMs)
      if (stored) done()
      else yield { offset: start, data, done }
    } catch (error) {
      done()
      throw error
    }
  }
}
