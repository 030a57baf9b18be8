import type { ChunkAckInput } from '../../proto/generated/filetransfer/ChunkAck.ts'
import type { UploadChunk } from '../../proto/generated/filetransfer/UploadChunk.ts'
import type { ReceiveError } from '../base/errors.ts'
import type { FairQueue } from '../base/fair-queue.ts'
import type { Shares } from '../base/shares.ts'
import { toOffset } from '../bytes/to-offset.ts'
import type { Messages } from '../calls/answer.ts'
import { release } from '../limits/message-rooms.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Session } from '../sessions/session.ts'
import { followingRights } from './current-rights.ts'
import { Damage } from './damage.ts'
import { receive } from './new-uploads.ts'
import { UnderWay } from './under-way.ts'

/** A stream of chunks of one upload, of which the first one is read. */
export type ChunkStream = {
  readonly first: UploadChunk
  readonly messages: Messages<UploadChunk>
  readonly send: (ack: ChunkAckInput) => Promise<void>
  readonly sendOff: (error: ReceiveError) => void
  readonly generation: number
}

/** Chunks of one stream that are being stored at the same time. */
const CHUNKS_AT_ONCE = 4

/**
 * Stores the chunks of a stream, a few at a time, and acknowledges each when it is stored.
 *
 * @param permissions what its sender may do; the fair queue stores for its holder.
 * @param shared.atWork see {@link UnderWay}.
 * @throws ReceiveError STALLED when none arrives whole any more, and what {@link Session.join} and {@link receive}
 * throw, when every chunk that was being stored has ended.
 */
export async function receiveChunks(
  session: Session,
  permissions: Permissions,
  shared: { readonly fairQueue: Pick<FairQueue, 'pay'>; readonly atWork: Shares },
  { first, messages, send, sendOff, generation }: ChunkStream,
): Promise<void> {
  const damage = new Damage()
  const followRights = followingRights(permissions, session)
  const leave = session.join(generation, sendOff)
  const underWay = new UnderWay(shared.atWork, permissions.holder, CHUNKS_AT_ONCE)
  let failure: { readonly error: unknown } | undefined
  let wake = () => {}

  const fail = (error: unknown): void => {
    failure ??= { error }
    wake()
  }

  /** Waits until it is so, looking again whenever a chunk has ended or come. Throws what a chunk failed with. */
  async function until(isSo: () => boolean): Promise<void> {
    for (;;) {
      if (failure !== undefined) throw failure.error
      if (isSo()) return
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }

  async function nextChunk(): Promise<UploadChunk | undefined> {
    let next: IteratorResult<UploadChunk> | undefined
    messages.next().then((come) => {
      next = come
      wake()
    }, fail)
    await until(() => next !== undefined)
    return next?.done ? undefined : next?.value
  }

  /** Acknowledgements leave in the order in which the chunks came. */
  let acknowledged: Promise<void> = Promise.resolve()

  async function store({ offset, data, crc32 }: UploadChunk, beganMs: number): Promise<void> {
    const before = acknowledged
    const chunk = { offset: toOffset(offset), data, crc32, sender: permissions.holder }
    const outcome = await receive(session, chunk, generation)
    await before
    await send({ offset, outcome, durableWatermark: session.durableWatermark, storeMicros: microsSince(beganMs) })
    damage.saw(outcome)
    // It was checked, and had to be sent here first.
    if (outcome === 'CORRUPT') await shared.fairQueue.pay(permissions.holder, data.length)
  }

  async function begin(chunk: UploadChunk): Promise<void> {
    const beganMs = performance.now()
    const done = messages.keep()
    await followRights()
    const storing = () => store(chunk, beganMs).catch(fail)
    acknowledged = underWay.begin(chunk.data.length, storing, () => {
      release(chunk.data)
      done()
      wake()
    })
  }

  try {
    for (let chunk: UploadChunk | undefined = first; chunk !== undefined; chunk = await nextChunk()) {
      await begin(chunk)
      await until(() => underWay.mayTakeNext)
    }
    await until(() => underWay.isEmpty)
  } finally {
    await underWay.ended()
    leave()
  }
}

export function microsSince(beganMs: number): number {
  return Math.round((performance.now() - beganMs) * 1000)
}
