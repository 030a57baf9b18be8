import { crc32 } from '../source/digest.ts'
import type { Attempt } from './attempt.ts'
import { type ByteSpan, type Cut, plannedChunks } from './plan.ts'

/** One chunk with its bytes, ready to go. Its user calls `done` or `drop`; only the first call counts. */
export type OutgoingChunk = {
  readonly offset: number
  readonly data: Buffer
  readonly crc32: number
  /** It was acknowledged, and its bytes are not read any more. */
  done(): void
  /** It was given up, though its bytes may still be on their way. */
  drop(): void
}

/** How often the source is looked at while it is read, bytes. */
const LOOK_EVERY_BYTES = 32 * 1024 * 1024

/**
 * The chunks to send, in file order. Each byte is read once, for the digest and for the wire: a chunk that is stored
 * already is only hashed, and a chunk that is hashed already is only sent. Fails when the file is longer than it should
 * be.
 */
export async function* outgoingChunks(
  { record, source, digest, budget, memory, stages, listener, signal }: Attempt,
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
    await budget.take(bytes, record, signal)
    const room = memory.take(bytes)
    let held = true
    const drop = (): void => {
      if (held) budget.give(bytes)
      held = false
    }
    const done = (): void => {
      if (held) room.reuse()
      drop()
    }
    try {
      const data = await stages.time('source', () => source.read(start, end, room.data))
      // An attempt that is over must not go on hashing: the next one may have begun.
      signal.throwIfAborted()
      const checksum = hashed ? crc32(data) : await stages.time('hashing', () => digest.update(data, start))
      if (stored) {
        done()
        listener.onHashed()
      } else yield { offset: start, data, crc32: checksum, done, drop }
    } catch (error) {
      drop()
      throw error
    }
  }
  await source.assertEnd()
}
