import type { ChunkAckInput } from '../../proto/generated/filetransfer/ChunkAck.ts'
import type { UploadChunk } from '../../proto/generated/filetransfer/UploadChunk.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
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

/** A stream of chunks of one upload, of which the first one is read. */
export type ChunkStream = {
  readonly first: UploadChunk
  readonly messages: Messages<UploadChunk>
  readonly send: (ack: ChunkAckInput) => Promise<void>
  readonly sendOff: (error: ReceiveError) => void
  readonly generation: number
}

/** Of one stream, the next chunk is taken while fewer, and fewer bytes, are being stored: a disk is kept busy so. */
const CHUNKS_AT_ONCE = 4
const BYTES_AT_ONCE = 4 * 1024 ** 2

/**
 * What may be stored of all streams together at the same time, bytes. A stream whose sender has its share takes its
 * next chunk when none of its own is being stored.
 */
export const BYTES_AT_ONCE_OF_ALL = 32 * 1024 ** 2

/**
 * Stores the chunks of a stream, a few at a time, and acknowledges each when it is stored.
 *
 * @param permissions what its sender may do; the fair queue stores for its holder.
 * @param shared.atWork what is being stored of all streams, bytes.
 * @throws ReceiveError STALLED when none arrives whole any more, and what {@link Session.join} and {@link receive}
 * throw, when every chunk that was being stored has ended.
 */
export async function receiveChunks(
  session: Session,
  permissions: Permissions,
  shared: { readonly fairQueue: Pick<FairQueue, 'pay'>; readonly atWork: Shares },
  { first, messages, send, sendOff, generation }: ChunkStream,
): Promise<void> {
  const { fairQueue, atWork } = shared
  const damage = new Damage()
  const followRights = followingRights(permissions, session)
  const leave = session.join(generation, sendOff)
  const storing = new Set<Promise<void>>()
  let bytes = 0
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

  const mayTakeNext = (): boolean => {
    if (storing.size === 0) return true
    return storing.size < CHUNKS_AT_ONCE && bytes < BYTES_AT_ONCE && atWork.mayTake(permissions.holder, CHUNK_BYTES)
  }

  const count = (more: number): void => {
    bytes += more
    atWork.add(permissions.holder, more)
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
    if (outcome === 'CORRUPT') await fairQueue.pay(permissions.holder, data.length)
  }

  async function begin(chunk: UploadChunk): Promise<void> {
    const beganMs = performance.now()
    const done = messages.keep()
    await followRights()
    count(chunk.data.length)
    const one: Promise<void> = store(chunk, beganMs)
      .catch(fail)
      .finally(() => {
        count(-chunk.data.length)
        storing.delete(one)
        release(chunk.data)
        done()
        wake()
      })
    storing.add(one)
    acknowledged = one
  }

  try {
    for (let chunk: UploadChunk | undefined = first; chunk !== undefined; chunk = await nextChunk()) {
      await begin(chunk)
      await until(mayTakeNext)
    }
    await until(() => storing.size === 0)
  } finally {
    await Promise.all(storing)
    leave()
  }
}

export function microsSince(beganMs: number): number {
  return Math.round((performance.now() - beganMs) * 1000)
}
