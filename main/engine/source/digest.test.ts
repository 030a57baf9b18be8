import { createHash, randomBytes } from 'node:crypto'
import { createXXHash128 } from 'hash-wasm'
import { expect, test } from 'vitest'
import { type DigestKind, digestKinds } from '../../../proto/digests.ts'
import { crc32, type DigestOptions, type FileDigest, openDigest } from './digest.ts'
import { createHashPool, type HashPool } from './hash-pool.ts'

const pool = createHashPool()
const xxh128 = await createXXHash128()

function hexOf(kind: DigestKind, data: Buffer): string {
  return kind === 'xxh128' ? xxh128.init().update(data).digest('hex') : createHash(kind).update(data).digest('hex')
}

const open = (options?: Partial<DigestOptions>, kind: DigestKind = 'md5', from: HashPool = pool) =>
  openDigest(from, kind, { savable: true, ...options })

const update = (digest: FileDigest, chunk: Buffer, start: number) => digest.update(chunk, start, crc32(chunk))

test.each(digestKinds.flatMap((kind) => [true, false].map((savable) => [kind, savable] as const)))(
  'the %s is that of the whole, however it was cut, savable: %s',
  async (kind, savable) => {
    const data = randomBytes(300_000)
    const digest = await open({ savable }, kind)
    // Nobody waits for one chunk before the next is handed over.
    for (let at = 0; at < data.length; at += 70_001) void update(digest, data.subarray(at, at + 70_001), at)
    expect(await digest.hex()).toBe(hexOf(kind, data))
    expect(digest.hashedBytes).toBe(300_000)
    expect(await (await open({ savable }, kind)).hex()).toBe(hexOf(kind, Buffer.alloc(0)))
  },
)

test('a chunk that is hashed in part already is hashed from there', async () => {
  const data = randomBytes(100_000)
  const digest = await open()
  await update(digest, data.subarray(0, 60_000), 0)
  await update(digest, data.subarray(50_000), 50_000)
  expect(await digest.hex()).toBe(hexOf('md5', data))
})

test.each(['md5', 'xxh128'] as const)('the %s that was put away goes on where it stopped', async (kind) => {
  const data = randomBytes(200_000)
  const first = await open({}, kind)
  await update(first, data.subarray(0, 123_456), 0)
  const saved = JSON.parse(JSON.stringify(first.save()))
  const second = await open({ saved }, kind)
  expect(second.hashedBytes).toBe(123_456)
  await update(second, data.subarray(123_456), 123_456)
  expect(await second.hex()).toBe(hexOf(kind, data))
})

test.each(digestKinds)('of a whole file the %s is put away, even where a running one cannot be', async (kind) => {
  const data = randomBytes(1000)
  const first = await open({ savable: false }, kind)
  await update(first, data, 0)
  if (kind !== 'xxh128') expect([first.save(), first.savableBytes]).toEqual([undefined, 0])
  await first.hex()
  const saved = JSON.parse(JSON.stringify(first.save()))
  expect([saved.hashedBytes, first.savableBytes]).toEqual([1000, 1000])
  expect(await (await open({ saved }, kind)).hex()).toBe(hexOf(kind, data))
})

test('what is no state of a digest, or of another kind, is refused before anything is hashed on top of it', async () => {
  const saved = { hashedBytes: 5, md5State: Buffer.from('not a state').toString('base64'), samples: [] }
  await expect(open({ saved })).rejects.toThrow()
  await expect(open({ saved }, 'xxh128')).rejects.toThrow('Expected a saved xxh128')
  const whole = `md5:${'0'.repeat(32)}`
  await expect(open({ saved: { hashedBytes: 5, samples: [], whole } }, 'sha256')).rejects.toThrow(
    'Expected a saved sha256',
  )
})

test('two files that are hashed in turns keep apart, and asking for a digest does not end it', async () => {
  for (const savable of [true, false]) {
    const [one, other] = [await open({ savable }), await open({ savable })]
    await update(one, Buffer.from('a'), 0)
    await update(other, Buffer.from('x'), 0)
    await one.hex()
    await update(one, Buffer.from('b'), 1)
    expect(await one.hex()).toBe(hexOf('md5', Buffer.from('ab')))
    expect(await other.hex()).toBe(hexOf('md5', Buffer.from('x')))
  }
})

test('what is saved while a chunk is being hashed is what was hashed before it', async () => {
  let go = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const slow: HashPool = {
    ...pool,
    async beginSavable(kind, state) {
      const hash = await pool.beginSavable(kind, state)
      return { ...hash, update: async (data) => gate.then(() => hash.update(data)) }
    },
  }
  const digest = await open({}, 'md5', slow)
  const updated = update(digest, Buffer.from('abc'), 0)
  const settled = digest.settled()
  expect(digest.save()?.hashedBytes).toBe(0)
  go()
  await settled
  expect(digest.save()?.hashedBytes).toBe(3)
  await updated
})

test('a digest whose thread ended is lost, and says so to whoever asks', async () => {
  const broken: HashPool = {
    ...pool,
    beginNative: () => ({
      update: () => Promise.reject(new Error('gone')),
      hex: () => Promise.reject(new Error('gone')),
      isSavable: false,
      state: () => new Uint8Array(),
    }),
  }
  const digest = await open({ savable: false }, 'md5', broken)
  void update(digest, Buffer.from('abc'), 0).catch(() => undefined)
  await digest.settled()
  expect(digest.isLost).toBe(true)
  await expect(digest.hex()).rejects.toThrow('gone')
})

test('a few chunks are remembered, chosen from all of them', async () => {
  let turn = 0
  const digest = await open({ chance: () => (turn++ % 10) / 10 })
  for (let i = 0; i < 200; i++) await update(digest, Buffer.from([i, i]), 2 * i)
  expect(digest.samples).toHaveLength(16)
  expect(digest.samples.some(({ offset }) => offset > 200)).toBe(true)
})
