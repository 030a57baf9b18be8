/**
 * Compares the digests whose state can be saved (hash-wasm) with Node's own, and CRC-32 beside them.
 * `npx tsx bench/digest.ts`
 */
import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import { crc32 } from '../main/engine/source/digest.ts'
import { createHashTasks, type SavableKind } from '../main/engine/source/hash-tasks.ts'

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

const tasks = createHashTasks()
await Promise.all([tasks.prepare('md5'), tasks.prepare('xxh128')])
const own = { md5: createHash('md5'), sha256: createHash('sha256') }
const times = (step: () => void) => () => {
  for (let i = 0; i < CHUNKS; i++) step()
}
const savable = (kind: SavableKind) => {
  let state: Uint8Array | undefined
  return () => {
    state = tasks.take({ do: 'step', kind, data: CHUNK, ...(state && { state }) }).state
  }
}
console.log(
  `${cpus()[0]?.model}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}, median of ${ROUNDS}`,
)
for (const [what, step] of [
  ['MD5 that can be saved', savable('md5')],
  ['XXH128 that can be saved', savable('xxh128')],
  ['MD5 of node:crypto', () => own.md5.update(CHUNK)],
  ['SHA-256 of node:crypto', () => own.sha256.update(CHUNK)],
  ['CRC-32 of node:zlib', () => crc32(CHUNK)],
] as const)
  console.log(`${what.padEnd(26)}${rate(times(() => void step()))} MiB/s`)
