import { randomUUID } from 'node:crypto'
import { createStages } from '../../main/engine/flow/stages.ts'
import { createTokenBucket } from '../../main/engine/flow/throttle.ts'
import type { Connection } from '../../main/engine/net/connection.ts'
import type { OutgoingChunk } from '../../main/engine/send/outgoing-chunks.ts'
import { sendChunks } from '../../main/engine/send/send-chunks.ts'
import { crc32 } from '../../main/engine/source/digest.ts'
import { createNoise } from './files.ts'
import type { Throughput } from './limit.ts'

const MEASURED_BYTES = 64 * 1024 * 1024
/** Long enough for TCP to find its speed, short enough to wait for on a slow network, ms. */
const MEASURE_FOR_MS = 10_000
/** More than are on their way when a measurement is cut short, so that what was sent before them is stored for sure. */
const MAX_IN_FLIGHT_CHUNKS = 32
const FEWEST_CHUNKS = 8
const FORGET_WITHIN_MS = 5000

type Upload = {
  readonly uploadKey: string
  readonly fileId: string
  readonly generation: string
  readonly chunkBytes: number
}

/**
 * Uploads all but the end of a file, so that it can never be finished, twice: first the receiver stores it, then it has
 * it already and only checks it. In the end the receiver is told to forget it.
 */
export async function measureThroughput(
  connection: Connection,
  signal: AbortSignal,
): Promise<Throughput & { readonly storedBytes: number }> {
  const uploadKey = `selftest-${randomUUID()}`
  try {
    const begun = await connection.begin(
      { uploadKey, path: [`longshore ${uploadKey}`], size: MEASURED_BYTES + 1, modifiedAtMs: Date.now() },
      signal,
    )
    const upload = { ...begun, uploadKey }
    const chunks = Math.floor(MEASURED_BYTES / upload.chunkBytes)
    const processorBefore = process.cpuUsage()
    const first = await sendForAWhile(connection, upload, chunks, signal)
    const { user, system } = process.cpuUsage(processorBefore)
    const processorShare = (user + system) / 1e6 / first.seconds
    const measured = { storedBytes: first.bytes, storedBytesPerSecond: first.bytes / first.seconds, processorShare }
    const storedChunks = Math.floor(first.bytes / upload.chunkBytes)
    const known = storedChunks === chunks ? chunks : storedChunks - MAX_IN_FLIGHT_CHUNKS
    if (known < FEWEST_CHUNKS) return measured
    const second = await sendForAWhile(connection, upload, known, signal)
    return { ...measured, repeatedBytesPerSecond: second.bytes / second.seconds }
  } finally {
    await connection.abort(uploadKey, AbortSignal.timeout(FORGET_WITHIN_MS))
  }
}

/**
 * Sends the first chunks of an upload until all are acknowledged or the time is over; answers how much was
 * acknowledged, and how long it took.
 */
async function sendForAWhile(
  connection: Connection,
  { uploadKey, fileId, generation, chunkBytes }: Upload,
  chunks: number,
  signal: AbortSignal,
): Promise<{ readonly bytes: number; readonly seconds: number }> {
  const timeIsOver = AbortSignal.timeout(MEASURE_FOR_MS)
  const openStreams = Array.from({ length: connection.lanes }, () => () => connection.openChunks(uploadKey))
  const startedAtMs = performance.now()
  let bytes = 0
  const onStored = (more: number): void => {
    bytes += more
  }
  try {
    await sendChunks(
      sameNoise(chunkBytes, chunks),
      {
        fileId,
        generation,
        openStreams,
        sharer: {},
        throttle: createTokenBucket(),
        stages: createStages(),
        congestionWindow: connection.congestionWindow,
        onStored,
        onSent: () => {},
      },
      AbortSignal.any([signal, timeIsOver]),
    )
  } catch (error) {
    if (error !== timeIsOver.reason) throw error
  }
  return { bytes, seconds: (performance.now() - startedAtMs) / 1000 }
}

async function* sameNoise(chunkBytes: number, chunks: number): AsyncGenerator<OutgoingChunk, void> {
  const block = createNoise(1)()
  const data = Buffer.concat(
    Array.from({ length: Math.ceil(chunkBytes / block.length) }, () => block),
    chunkBytes,
  )
  const chunk = { data, crc32: crc32(data), done() {}, drop() {} }
  for (let index = 0; index < chunks; index++) yield { offset: index * chunkBytes, ...chunk }
}
