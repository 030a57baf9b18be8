import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { crc32 } from './digest.ts'
import { createHashPool, type HashPool } from './hash-pool.ts'

const here = mkdtempSync(join(tmpdir(), 'longshore-hash-pool-'))
afterAll(() => rmSync(here, { recursive: true, force: true }))

/** The file of a thread that does this. */
function threadThat(does: string): URL {
  const file = join(here, `${randomBytes(4).toString('hex')}.mjs`)
  writeFileSync(file, `import { parentPort } from 'node:worker_threads'\n${does}\n`)
  return pathToFileURL(file)
}

/** Tells that a thread was asked: no hashing comes to this. */
const MARK = 7
const chunk = randomBytes(256 * 1024)
const answering = (crc: number) => `{ md5State: new Uint8Array([1]), crc32: ${crc} }`

async function expectHashed(pool: HashPool): Promise<void> {
  const { md5State, crc32: checksum } = await pool.take({ chunk, from: 0 })
  expect(checksum).toBe(crc32(chunk))
  expect(pool.hex(md5State)).toBe(createHash('md5').update(chunk).digest('hex'))
}

test('a thread that is ready hashes what is worth it, and only that', async () => {
  const thread = threadThat(
    `parentPort.on('message', () => parentPort.postMessage(${answering(MARK)})); parentPort.postMessage('ready')`,
  )
  const pool = await createHashPool(thread, 1)
  await vi.waitFor(async () => expect((await pool.take({ chunk, from: 0 })).crc32).toBe(MARK), { timeout: 20_000 })
  const short = chunk.subarray(0, 1000)
  expect((await pool.take({ chunk: short, from: 0 })).crc32).toBe(crc32(short))
})

test('several files are spread over the threads, and each answer goes to whom it belongs', async () => {
  const thread = threadThat(
    `import { threadId } from 'node:worker_threads'
    parentPort.on('message', ({ from }) => setTimeout(() => parentPort.postMessage({ md5State: new Uint8Array([threadId]), crc32: from }), 5))
    parentPort.postMessage('ready')`,
  )
  const pool = await createHashPool(thread, 2)
  const parts = [1, 2, 3, 4, 5, 6]
  await vi.waitFor(
    async () => {
      const hashed = await Promise.all(parts.map((from) => pool.take({ chunk, from })))
      expect(hashed.map((one) => one.crc32)).toEqual(parts)
      expect(new Set(hashed.map(({ md5State }) => md5State[0])).size).toBe(2)
    },
    { timeout: 20_000 },
  )
})

test.each([
  ['is never ready', `parentPort.on('message', () => {})`],
  ['breaks at its start', `throw new Error('no')`],
  ['ends when it is asked', `parentPort.on('message', () => process.exit(0)); parentPort.postMessage('ready')`],
  [
    'breaks when it is asked',
    `parentPort.on('message', () => { throw new Error('no') }); parentPort.postMessage('ready')`,
  ],
])('nothing is lost with a thread that %s', async (_name, does) => {
  const pool = await createHashPool(threadThat(does), 1)
  for (let round = 0; round < 20; round++) {
    await expectHashed(pool)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
})

test('without threads everything is hashed where it is asked', async () => {
  await expectHashed(await createHashPool())
})

test('a thread that is not there is no reason to fail', async () => {
  await expectHashed(await createHashPool(pathToFileURL(join(here, 'nowhere.mjs')), 1))
})
