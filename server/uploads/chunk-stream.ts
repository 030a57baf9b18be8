import type { ChunkAckInput } from '../../proto/generated/filetransfer/ChunkAck.ts'
import type { UploadChunk } from '../../proto/generated/filetransfer/UploadChunk.ts'
import type { ReceiveError } from '../base/errors.ts'
import type { FairQueue } from '../base/fair-queue.ts'
import { toOffset } from '../bytes/to-offset.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Session } from '../sessions/session.ts'
import { followingRights } from './current-rights.ts'
import { Damage } from './damage.ts'
import { receive } from './new-uploads.ts'

/** A stream of chunks of one upload, of which the first one is read. */
export type ChunkStream = {
  readonly first: UploadChunk
  readonly messages: AsyncIterator<UploadChunk>
  readonly send: (ack: ChunkAckInput) => Promise<void>
  readonly sendOff: (error: ReceiveError) => void
  readonly generation: number
}

/**
 * Stores the chunks of a stream, one after the other, and acknowledges each.
 *
 * @param permissions what its sender may do; the fair queue stores for its holder.
 * @throws ReceiveError STALLED when none arrives whole any more, and what {@link Session.join} and {@link receive}
 * throw.
 */
export async function receiveChunks(
  session: Session,
  permissions: Permissions,
  fairQueue: Pick<FairQueue, 'pay'>,
  { first, messages, send, sendOff, generation }: ChunkStream,
): Promise<void> {
  const damage = new Damage()
  const followRights = followingRights(permissions, session)
  const leave = session.join(generation, sendOff)
  try {
    let next: IteratorResult<UploadChunk> = { done: false, value: first }
    for (; !next.done; next = await messages.next()) {
      const { offset, data, crc32 } = next.value
      const beganMs = performance.now()
      await followRights()
      const chunk = { offset: toOffset(offset), data, crc32, sender: permissions.holder }
      const outcome = await receive(session, chunk, generation)
      await send({ offset, outcome, durableWatermark: session.durableWatermark, storeMicros: microsSince(beganMs) })
      damage.saw(outcome)
      // It was checked, and had to be sent here first.
      if (outcome === 'CORRUPT') await fairQueue.pay(permissions.holder, data.length)
    }
  } finally {
    leave()
  }
}

export function microsSince(beganMs: number): number {
  return Math.round((performance.now() - beganMs) * 1000)
}
