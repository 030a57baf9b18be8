/**
 * Sends chunks to a receiver as the engine does, all but the end of a file: `ack-latency.js PORT MEBIBYTES`. Prints how
 * long acknowledgements took, ms.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { CongestionWindow } from '../../main/engine/flow/congestion-window.ts'
import { createStages } from '../../main/engine/flow/stages.ts'
import { createTokenBucket } from '../../main/engine/flow/throttle.ts'
import { connect } from '../../main/engine/net/connection.ts'
import { plaintextRoute } from '../../main/engine/net/route.ts'
import type { OutgoingChunk } from '../../main/engine/send/outgoing-chunks.ts'
import { sendChunks } from '../../main/engine/send/send-chunks.ts'
import { crc32 } from '../../main/engine/source/digest.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { percentile } from '../report/statistics.ts'

const [port, mebibytes] = process.argv.slice(2).map(Number)
const bytes = (mebibytes ?? 0) * CHUNK_BYTES
const { signal } = new AbortController()
const tookMs: number[] = []

/** Tells how long everything was on its way. */
function timed(congestionWindow: CongestionWindow): CongestionWindow {
  return {
    chunkBytes: congestionWindow.chunkBytes,
    async depart(length, sharer, until) {
      const departure = await congestionWindow.depart(length, sharer, until)
      const leftAtMs = performance.now()
      return {
        arrive() {
          tookMs.push(performance.now() - leftAtMs)
          departure.arrive()
        },
        giveUp: departure.giveUp,
      }
    },
  }
}

async function* chunks(congestionWindow: CongestionWindow): AsyncGenerator<OutgoingChunk, void> {
  const noise = randomBytes(CHUNK_BYTES)
  for (let offset = 0; offset < bytes; ) {
    const data = noise.subarray(0, Math.min(congestionWindow.chunkBytes(), bytes - offset))
    yield { offset, data, crc32: crc32(data), done() {}, drop() {} }
    offset += data.length
  }
}

const connection = connect(plaintextRoute(`127.0.0.1:${port}`), 4)
const uploadKey = `bench-${randomUUID()}`
await connection.introduce(signal)
const begun = await connection.begin(
  { uploadKey, path: ['latency'], size: bytes + 1, modifiedAtMs: Date.now() },
  signal,
)
const { fileId, generation } = begun
const openStreams = Array.from({ length: connection.lanes }, () => () => connection.openChunks(uploadKey))
const congestionWindow = timed(connection.congestionWindow)
const free = { sharer: {}, throttle: createTokenBucket(), stages: createStages() }
const quiet = { onStored: () => undefined, onSent: () => undefined }
await sendChunks(
  chunks(congestionWindow),
  { fileId, generation, openStreams, congestionWindow, ...free, ...quiet },
  signal,
)
await connection.abort(uploadKey, signal)
connection.close()
const [p50Ms, p99Ms] = [percentile(tookMs, 50), percentile(tookMs, 99)]
console.log(JSON.stringify({ event: 'acks', acks: tookMs.length, p50Ms, p99Ms, maxMs: Math.max(...tookMs) }))
