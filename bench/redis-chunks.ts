/**
 * How a Redis may keep which chunks of an upload are stored, with 1,000,000 chunks of 1 MiB (or as many as the first
 * argument says): what each way takes of memory, and how long saving one chunk, finding one and reading all take.
 * `npx tsx bench/redis-chunks.ts`; needs redis-server.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRedis } from '../scripts/cluster/redis.ts'
import { connectRedis, type SharedState } from '../server/ledger/redis-connection.ts'
import { freePort } from './run/free-port.ts'

const count = Number(process.argv[2] ?? 1_000_000)
const MIB = 1024 ** 2
const RECORD_BYTES = 12
const AT_ONCE = 500
const SAMPLES = 200

type Command = readonly (string | Buffer)[]

/** One way to keep chunks under one key. */
type Way = {
  readonly name: string
  readonly save: (chunk: number) => Command
  readonly find: (chunk: number) => Command
  readonly all: Command
}

function packed(chunk: number): Buffer {
  const record = Buffer.alloc(RECORD_BYTES)
  record.writeUInt32BE(chunk % 8, 0)
  record.writeUInt32BE(MIB, 4)
  // Random bytes, as a checksum has.
  record.writeUInt32BE(Math.imul(chunk, 2_654_435_761) >>> 0, 8)
  return record
}

const append = `redis.call('HSET', KEYS[1], ARGV[1], (redis.call('HGET', KEYS[1], ARGV[1]) or '') .. ARGV[2])`

/** Chunks that begin within so many MiB of the file are one field of a hash. */
function fieldsOf(mib: number): Way {
  const field = (chunk: number) => String(Math.floor(chunk / mib))
  return {
    name: `hash, a field for ${mib} MiB`,
    save: (chunk) => ['EVAL', append, '1', 'k', field(chunk), packed(chunk)],
    find: (chunk) => ['HGET', 'k', field(chunk)],
    all: ['HGETALL', 'k'],
  }
}

const ways: readonly Way[] = [
  {
    name: 'hash, a field for each chunk',
    save: (chunk) => ['HSET', 'k', String(chunk * MIB), packed(chunk).subarray(4)],
    find: (chunk) => ['HGET', 'k', String(chunk * MIB)],
    all: ['HGETALL', 'k'],
  },
  {
    name: 'sorted set',
    save: (chunk) => ['ZADD', 'k', String(chunk * MIB), Buffer.concat([Buffer.from(String(chunk)), packed(chunk)])],
    find: (chunk) => ['ZRANGE', 'k', String(chunk * MIB), String(chunk * MIB), 'BYSCORE'],
    all: ['ZRANGE', 'k', '0', '-1'],
  },
  {
    name: 'one string, appended to',
    save: (chunk) => ['APPEND', 'k', Buffer.concat([packed(chunk), Buffer.alloc(4)])],
    // The whole value has to be read: chunks come in any order.
    find: () => ['GET', 'k'],
    all: ['GET', 'k'],
  },
  fieldsOf(8),
  fieldsOf(64),
]

async function measure(state: SharedState, { name, save, find, all }: Way): Promise<readonly string[]> {
  await state.command('FLUSHALL')
  const before = await usedBytes(state)
  const saveStartedAtMs = performance.now()
  for (let chunk = 0; chunk < count; chunk += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - chunk) }, (_, index) => save(chunk + index))
    await Promise.all(some.map((command) => state.command(...command)))
  }
  const saveUs = ((performance.now() - saveStartedAtMs) * 1000) / count
  const bytes = ((await usedBytes(state)) - before) / count
  const findStartedAtMs = performance.now()
  for (let sample = 0; sample < SAMPLES; sample++) await state.command(...find((sample * 7919) % count))
  const findMs = (performance.now() - findStartedAtMs) / SAMPLES
  const allStartedAtMs = performance.now()
  await state.command(...all)
  const allMs = performance.now() - allStartedAtMs
  return [name, bytes.toFixed(1), saveUs.toFixed(0), findMs.toFixed(2), allMs.toFixed(0)]
}

async function usedBytes(state: SharedState): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await state.command('INFO', 'memory')))?.[1])
}

const folder = mkdtempSync(join(tmpdir(), 'longshore-redis-chunks-'))
const redis = await startRedis(folder, await freePort())
try {
  const state = await connectRedis(redis.url, (error) => console.error(error))
  console.log(`${count} chunks\n`)
  console.log('| way | bytes a chunk | save, µs | find one, ms | read all, ms |\n| --- | ---: | ---: | ---: | ---: |')
  for (const way of ways) console.log(`| ${(await measure(state, way)).join(' | ')} |`)
  state.close()
} finally {
  await redis.stop()
  rmSync(folder, { recursive: true })
}
