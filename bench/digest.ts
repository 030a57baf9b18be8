/**
 * Compares the MD5 whose state can be saved (hash-wasm) with Node's own, and CRC-32 beside them.
 * `npx tsx bench/digest.ts`
 */
import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import { crc32 } from '../main/engine/source/digest.ts'
import { createHashSteps } from '../main/engine/source/hash-step.ts'

const CHUNK = Buffer.alloc(1024 * 1024, 7)
const CHUNKS = 512
const ROUNDS = 5

/** Median MiB/s over the rounds. */
function rate(work: () => void): number {
  const rates = Array.from({ length: ROUNDS }, () => {
    const startedAtMs = performance.now()
    work()
    return CHUNKS / ((performance.now() - startedAtMs) / 1000)
  })
  return Math.round(rates.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0)
}

const steps = await createHashSteps()
let md5State = steps.take({ chunk: CHUNK, from: 0 }).md5State
const own = createHash('md5')
const times = (step: () => void) => () => {
  for (let i = 0; i < CHUNKS; i++) step()
}
console.log(
  `${cpus()[0]?.model}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, median of ${ROUNDS}`,
)
const step = () => {
  md5State = steps.take({ chunk: CHUNK, from: 0, md5State }).md5State
}
console.log(`MD5 that can be saved  ${rate(times(step))} MiB/s, with the CRC-32`)
console.log(`MD5 of node:crypto     ${rate(times(() => void own.update(CHUNK)))} MiB/s`)
console.log(`CRC-32 of node:zlib    ${rate(times(() => void crc32(CHUNK)))} MiB/s`)
console.log(`saved state            ${md5State.length} bytes`)
