import { type ClientDuplexStream, status } from '@grpc/grpc-js'
import type { ChunkAck } from '../../../proto/generated/filetransfer/ChunkAck.ts'
import type { UploadChunkInput } from '../../../proto/generated/filetransfer/UploadChunk.ts'
import type { Sharer } from '../../../proto/line.ts'
import { cancelSoon } from '../base/cancel.ts'
import { fromServiceError, isServiceError, UploadError, uploadError } from '../base/errors.ts'
import type { CongestionWindow, Departure } from '../flow/congestion-window.ts'
import type { Stages } from '../flow/stages.ts'
import type { Throttle } from '../flow/throttle.ts'
import type { OutgoingChunk } from './outgoing-chunks.ts'

type ChunkStream = ClientDuplexStream<UploadChunkInput, ChunkAck>

export type SendChunksOptions = {
  readonly fileId: string
  readonly generation: string
  /** One stream for each lane; lanes share the work, so a slow one holds nobody up. */
  readonly openStreams: readonly (() => ChunkStream)[]
  /** Whose share of the limit and of the window this takes: that of the upload. */
  readonly sharer: Sharer
  readonly throttle: Throttle
  readonly stages: Stages
  /** How much may be on its way to this receiver, over all its uploads. */
  readonly congestionWindow: CongestionWindow
  /** Hears of each chunk that is stored on the receiver, with its length in bytes. */
  readonly onStored: (bytes: number) => void
  /** Hears of payload handed to the wire, bytes. */
  readonly onSent: (bytes: number) => void
}

/** Chunks of one lane on their way at once, so that lanes share the work. */
const WINDOW_CHUNKS = 4

/**
 * With chunks in flight and no acknowledgement for this long, the stream is given up and opened anew, ms. Keepalive
 * notices dead peers before.
 */
const STALLED_AFTER_MS = 60_000

/** How often one chunk is sent again after it arrived damaged. */
const MAX_RESENDS = 3

/**
 * Sends every chunk and returns when all are acknowledged. Chunks are pulled one at a time, when a lane has room, so
 * memory is bounded by the windows. The first lane that fails stops the others. Fails with an UploadError, or with the
 * reason of `signal`.
 */
export async function sendChunks(
  chunks: AsyncIterator<OutgoingChunk>,
  options: SendChunksOptions,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController()
  const linked = AbortSignal.any([signal, stop.signal])
  const lanes = options.openStreams.map((open) => runLane(open, chunks, options, linked))
  try {
    await Promise.all(lanes)
  } catch (error) {
    stop.abort(error)
    await Promise.allSettled(lanes)
    throw error
  }
}

async function runLane(
  open: () => ChunkStream,
  chunks: AsyncIterator<OutgoingChunk>,
  options: SendChunksOptions,
  signal: AbortSignal,
): Promise<void> {
  // Taken before the stream is opened: a receiver waits only seconds for the first message of a stream. Until there is
  // a chunk to send, much may have to be read and hashed, and other chunks may have to be acknowledged.
  const first = await leaving(chunks, options, signal)
  if (first === undefined) return
  const lane = createLane(opened(open, first), options)
  const abort = (): void => lane.fail(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    await Promise.all([lane.feed(first, chunks), lane.acknowledged])
  } catch (error) {
    lane.fail(error)
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', abort)
    lane.close()
  }
}

/** A chunk that may be sent now. */
type Leaving = { readonly chunk: OutgoingChunk; readonly departure: Departure }

/** The next chunk, once it may be sent; undefined after the last. Rejects with the signal's reason when aborted. */
async function leaving(
  chunks: AsyncIterator<OutgoingChunk>,
  {
    sharer,
    throttle,
    congestionWindow,
    stages,
  }: Pick<SendChunksOptions, 'sharer' | 'throttle' | 'congestionWindow' | 'stages'>,
  signal: AbortSignal,
): Promise<Leaving | undefined> {
  const { value: chunk, done } = await chunks.next()
  if (done) return undefined
  try {
    const bytes = chunk.data.length
    await stages.time('limit', () => throttle.take(bytes, sharer, signal))
    return {
      chunk,
      departure: await stages.time('acknowledgement', () => congestionWindow.depart(bytes, sharer, signal)),
    }
  } catch (error) {
    chunk.drop()
    throw error
  }
}

/** A chunk that is not on its way any more, or never was. */
function abandon({ chunk, departure }: Leaving): void {
  departure.giveUp()
  chunk.drop()
}

function opened(open: () => ChunkStream, first: Leaving): ChunkStream {
  try {
    return open()
  } catch (error) {
    abandon(first)
    throw error
  }
}

/** One stream: what is in flight on it, and who waits for room. */
function createLane(call: ChunkStream, options: SendChunksOptions) {
  const { fileId, generation, stages, onStored, onSent } = options
  const inFlight = new Map<number, Leaving & { sends: number }>()
  const over = new AbortController()
  let wake: (() => void) | undefined
  let failure: { readonly error: unknown } | undefined
  let named = false
  let settle: { resolve(): void; reject(error: unknown): void } | undefined
  const acknowledged = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  const stalled = setTimeout(() => {
    if (inFlight.size === 0) stalled.refresh()
    else fail(new UploadError('UNREACHABLE', 'The receiver stopped answering.'))
  }, STALLED_AFTER_MS)

  function fail(error: unknown): void {
    failure ??= { error }
    settle?.reject(failure.error)
    wake?.()
    over.abort(failure.error)
    cancelSoon(call)
  }

  function write(chunk: OutgoingChunk): void {
    const { offset, data, crc32 } = chunk
    const name = named ? {} : { fileId, generation }
    named = true
    call.write({ ...name, offset, data, crc32 })
    onSent(data.length)
  }

  function onAck(ack: ChunkAck): void {
    const offset = Number(ack.offset)
    const sent = inFlight.get(offset)
    if (sent === undefined) return
    stalled.refresh()
    stages.addAtReceiver(ack.storeMicros / 1000)
    if (ack.outcome === 'CORRUPT') {
      sent.sends += 1
      if (sent.sends > MAX_RESENDS) {
        fail(uploadError('CHUNK_CHECKSUM'))
      } else write(sent.chunk)
      return
    }
    inFlight.delete(offset)
    sent.departure.arrive()
    sent.chunk.done()
    onStored(sent.chunk.data.length)
    wake?.()
  }

  call.on('data', onAck)
  call.on('error', (error: Error) => fail(isServiceError(error) ? fromServiceError(error) : error))
  call.on('status', ({ code }) => {
    if (code !== status.OK) return
    if (inFlight.size === 0) settle?.resolve()
    else fail(new UploadError('UNREACHABLE', 'The receiver ended the stream too early.'))
  })

  const until = async (ready: () => boolean): Promise<void> => {
    while (failure === undefined && !ready()) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    if (failure !== undefined) throw failure.error
  }

  return {
    acknowledged,
    fail,
    /** Sends chunks as room comes free, then waits for the last acknowledgement. */
    async feed(first: Leaving, chunks: AsyncIterator<OutgoingChunk>): Promise<void> {
      for (let next: Leaving | undefined = first; next; next = await leaving(chunks, options, over.signal)) {
        // The lane may have failed and been closed in the same moment; then nobody else would give this back.
        if (failure !== undefined) {
          abandon(next)
          throw failure.error
        }
        inFlight.set(next.chunk.offset, { ...next, sends: 1 })
        stalled.refresh()
        write(next.chunk)
        await stages.time('acknowledgement', () => until(() => inFlight.size < WINDOW_CHUNKS))
      }
      await until(() => inFlight.size === 0)
      call.end()
    },
    close(): void {
      clearTimeout(stalled)
      for (const sent of inFlight.values()) abandon(sent)
      inFlight.clear()
      // Ending the stream object leaves the HTTP/2 stream open; only cancel tells the receiver that we are gone.
      cancelSoon(call)
    },
  }
}
