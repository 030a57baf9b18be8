import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { createHashPool, type HashPool } from './hash-pool.ts'

const here = mkdtempSync(join(tmpdir(), 'longshore-hash-pool-'))
afterAll(() => rmSync(here, { recursive: true, force: true }))

/** The file of a thread that does this. */
function threadThat(does: string): URL {
  const file = join(here, `${randomBytes(4).toString('hex')}.mjs`)
  writeFileSync(file, `import { parentPort } from 'node:worker_threads'\n${does}\n`)
  return pathToFileURL(file)
}

const chunk = randomBytes(256 * 1024)
const md5 = createHash('md5').update(chunk).digest('hex')

async function expectHashed(pool: HashPool): Promise<void> {
  const hash = await pool.beginSavable('md5')
  await hash.update(chunk)
  expect(await hash.hex()).toBe(md5)
}

/** A thread that answers each task with a state that tells that it was asked. */
const MARK = `new Uint8Array(Buffer.from('asked'))`
const isAsked = (state: Uint8Array) => Buffer.from(state).toString() === 'asked'

test('a thread that is ready hashes what is worth it, and only that', async () => {
  const thread = threadThat(
    `parentPort.on('message', () => parentPort.postMessage({ state: ${MARK} })); parentPort.postMessage('ready')`,
  )
  const pool = createHashPool(thread, 1)
  const stateAfter = async (data: Buffer) => {
    const hash = await pool.beginSavable('md5')
    await hash.update(data)
    return hash.state()
  }
  await vi.waitFor(async () => expect(isAsked(await stateAfter(chunk))).toBe(true), { timeout: 20_000 })
  expect(isAsked(await stateAfter(chunk.subarray(0, 1000)))).toBe(false)
})

test('several files are spread over the threads, and each answer goes to whom it belongs', async () => {
  const thread = threadThat(
    `import { threadId } from 'node:worker_threads'
    const ids = new Set()
    parentPort.on('message', ({ id, do: what }) => {
      ids.add(id)
      setTimeout(() => parentPort.postMessage(what === 'hex' ? { hex: threadId + ' ' + id } : {}), 5)
    })
    parentPort.postMessage('ready')`,
  )
  const pool = createHashPool(thread, 2)
  await vi.waitFor(
    async () => {
      const hashes = [1, 2, 3, 4, 5, 6].map(() => pool.beginNative('md5'))
      await Promise.all(hashes.map((hash) => hash.update(chunk)))
      const told = (await Promise.all(hashes.map((hash) => hash.hex()))).map((hex) => hex.split(' '))
      expect(new Set(told.map(([, id]) => id)).size).toBe(6)
      expect(new Set(told.map(([threadId]) => threadId)).size).toBe(2)
    },
    { timeout: 20_000 },
  )
})

const BROKEN = [
  ['is never ready', `parentPort.on('message', () => {})`],
  ['breaks at its start', `throw new Error('no')`],
  ['ends when it is asked', `parentPort.on('message', () => process.exit(0)); parentPort.postMessage('ready')`],
  [
    'breaks when it is asked',
    `parentPort.on('message', () => { throw new Error('no') }); parentPort.postMessage('ready')`,
  ],
] as const

test.each(BROKEN)('nothing is lost with a thread that %s, where the state can be put away', async (_name, does) => {
  const pool = createHashPool(threadThat(does), 1)
  for (let round = 0; round < 20; round++) {
    await expectHashed(pool)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
})

test.each(BROKEN)(
  'with a thread that %s, what cannot be put away is hashed here or told to be lost',
  async (_, does) => {
    const pool = createHashPool(threadThat(does), 1)
    let hashed = 0
    for (let round = 0; round < 3; round++) {
      const hash = pool.beginNative('md5')
      const hex = await hash.update(chunk).then(
        () => hash.hex(),
        (error: Error) => error.message,
      )
      expect([md5, 'The thread that hashed the file has ended.']).toContain(hex)
      if (hex === md5) hashed++
    }
    expect(hashed).toBeGreaterThanOrEqual(2)
  },
)

test('without threads everything is hashed where it is asked', async () => {
  const pool = createHashPool()
  await expectHashed(pool)
  const hash = pool.beginNative('sha256')
  await hash.update(chunk)
  expect(await hash.hex()).toBe(createHash('sha256').update(chunk).digest('hex'))
})

test('a thread that is not there is no reason to fail', async () => {
  await expectHashed(createHashPool(pathToFileURL(join(here, 'nowhere.mjs')), 1))
})
