import { crc32 } from '../source/digest.ts'
import type { Attempt } from './attempt.ts'
import { type ByteSpan, type Cut, plannedChunks } from './plan.ts'

/** One chunk with its bytes, ready to go. Its user calls `done` or `drop`; only the first call counts. */
export type OutgoingChunk = {
  readonly offset: number
  readonly data: Buffer
  readonly crc32: number
  /** It was acknowledged: its bytes are read no more, but for the digest. */
  done(): void
  /** It was given up, though its bytes may still be on their way. */
  drop(): void
}

/** How often the source is looked at while it is read, bytes. */
const LOOK_EVERY_BYTES = 32 * 1024 * 1024

/** So many chunks may be sent before they are hashed: hashing takes longer than sending, and neither waits. */
const MOST_BEHIND = 4

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
  const behind: Promise<void>[] = []
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
    let hashing: Promise<void> | undefined
    let held = true
    const drop = (): void => {
      if (held) budget.give(bytes)
      held = false
    }
    const done = (): void => {
      const reuse = (): void => {
        if (held) room.reuse()
        drop()
      }
      if (hashing === undefined) reuse()
      else void hashing.then(reuse, drop)
    }
    try {
      const data = await stages.time('source', () => source.read(start, end, room.data))
      // An attempt that is over must not go on hashing: the next one may have begun.
      signal.throwIfAborted()
      const checksum = crc32(data)
      if (!hashed) {
        hashing = digest.update(data, start, checksum)
        behind.push(hashing)
        if (behind.length > MOST_BEHIND || stored) await stages.time('hashing', async () => behind.shift())
      }
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
