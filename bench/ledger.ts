import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ClassicLevel } from 'classic-level'
import { open as openLmdb } from 'lmdb'

// Which embedded database should remember the chunks of an upload? Run with `npx tsx bench/ledger.ts`.

type Store = {
  put(key: string, value: string): Promise<void>
  putDurably(key: string, value: string): Promise<void>
  has(key: string): Promise<boolean>
  close(): Promise<void>
}

const stores: Record<string, (path: string) => Promise<Store>> = {
  async 'classic-level'(path) {
    const database = new ClassicLevel<string, string>(path)
    await database.open()
    return {
      put: (key, value) => database.put(key, value),
      putDurably: (key, value) => database.put(key, value, { sync: true }),
      has: async (key) => (await database.get(key)) !== undefined,
      close: () => database.close(),
    }
  },
  async lmdb(path) {
    const database = openLmdb<string, string>({ path })
    return {
      put: async (key, value) => {
        await database.put(key, value)
      },
      putDurably: async (key, value) => {
        await database.put(key, value)
        await database.flushed
      },
      has: async (key) => database.get(key) !== undefined,
      close: () => database.close(),
    }
  },
}

const RECORDS = 100_000
const DURABLE_RECORDS = 300
const KILL_AFTER_RECORDS = 20_000

const keyOf = (index: number) => `chunk/0123456789abcdef0123456789abcdef/${String(index * 1_048_576).padStart(16, '0')}`
const chunkUpTo = (index: number) => `${(index + 1) * 1_048_576} 3735928559`

const [mode, name, path] = process.argv.slice(2)
if (mode === 'write-until-killed' && name && path) await writeUntilKilled(name, path)
else await compare()

async function compare(): Promise<void> {
  const rows: Record<string, Record<string, string>> = {}
  for (const store of Object.keys(stores)) rows[store] = await measure(store)
  const cpu = cpus()
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${process.platform} ${process.arch}, ${cpu.length} x ${cpu[0]?.model}`,
  )
  console.table(rows)
}

async function measure(store: string): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-ledger-'))
  try {
    const oneByOne = await timed(store, join(folder, 'one'), (database) => inFlight(1, RECORDS, database.put))
    const sixtyFour = await timed(store, join(folder, 'many'), (database) => inFlight(64, RECORDS, database.put))
    const durable = await timed(store, join(folder, 'durable'), (database) =>
      inFlight(1, DURABLE_RECORDS, database.putDurably),
    )
    const reopened = await timed(store, join(folder, 'many'), async (database) => {
      if (!(await database.has(keyOf(RECORDS - 1)))) throw new Error('The last record is gone after a clean close.')
    })
    const { acknowledged, lost } = await killAndCount(store, join(folder, 'killed'))
    return {
      'one at a time, records/s': Math.round(RECORDS / oneByOne).toString(),
      '64 in flight, records/s': Math.round(RECORDS / sixtyFour).toString(),
      'durable, ms each': ((durable * 1000) / DURABLE_RECORDS).toFixed(2),
      'open with 100,000 records, ms': (reopened * 1000).toFixed(0),
      'lost after kill -9': `${lost} of ${acknowledged}`,
    }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Seconds that opening, the task and closing take together. */
async function timed(store: string, at: string, task: (database: Store) => Promise<void>): Promise<number> {
  const began = performance.now()
  const database = await opened(store, at)
  await task(database)
  const seconds = (performance.now() - began) / 1000
  await database.close()
  return seconds
}

async function inFlight(width: number, records: number, put: Store['put']): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < records) {
      const index = next++
      await put(keyOf(index), chunkUpTo(index))
    }
  }
  await Promise.all(Array.from({ length: width }, worker))
}

/** A child acknowledges records on its output until it is killed; then every acknowledged one must be found. */
async function killAndCount(store: string, at: string): Promise<{ acknowledged: number; lost: number }> {
  const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, 'write-until-killed', store, at], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged = await lastAcknowledged(child)
  const database = await opened(store, at)
  let lost = 0
  for (let index = 0; index < acknowledged; index++) if (!(await database.has(keyOf(index)))) lost++
  await database.close()
  return { acknowledged, lost }
}

async function lastAcknowledged(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('The child has no output.')
  let acknowledged = 0
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line)
    if (acknowledged >= KILL_AFTER_RECORDS) child.kill('SIGKILL')
  }
  return acknowledged
}

async function writeUntilKilled(store: string, at: string): Promise<void> {
  const database = await opened(store, at)
  for (let index = 0; ; index++) {
    await database.put(keyOf(index), chunkUpTo(index))
    process.stdout.write(`${index + 1}\n`)
  }
}

function opened(store: string, at: string): Promise<Store> {
  const open = stores[store]
  if (!open) throw new Error(`No such store: ${store}`)
  return open(at)
}
