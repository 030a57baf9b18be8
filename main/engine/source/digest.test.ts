import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { crc32, openDigest } from './digest.ts'
import { createHashPool } from './hash-pool.ts'

const pool = await createHashPool()

test('the digest is that of the whole, however it was cut', async () => {
  const data = randomBytes(300_000)
  const digest = openDigest(pool)
  for (let at = 0; at < data.length; at += 70_001) await digest.update(data.subarray(at, at + 70_001), at)
  expect(digest.hex()).toBe(createHash('md5').update(data).digest('hex'))
  expect(digest.hashedBytes).toBe(300_000)
})

test('a chunk that is hashed in part already is hashed from there, and checked as a whole', async () => {
  const data = randomBytes(100_000)
  const digest = openDigest(pool)
  await digest.update(data.subarray(0, 60_000), 0)
  const chunk = data.subarray(50_000)
  expect(await digest.update(chunk, 50_000)).toBe(crc32(chunk))
  expect(digest.hex()).toBe(createHash('md5').update(data).digest('hex'))
})

test('a digest that was put away goes on where it stopped', async () => {
  const data = randomBytes(200_000)
  const first = openDigest(pool)
  await first.update(data.subarray(0, 123_456), 0)
  const saved = JSON.parse(JSON.stringify(first.save()))
  const second = openDigest(pool, saved)
  expect(second.hashedBytes).toBe(123_456)
  await second.update(data.subarray(123_456), 123_456)
  expect(second.hex()).toBe(createHash('md5').update(data).digest('hex'))
})

test('what is no state of a digest is refused before anything is hashed on top of it', () => {
  const saved = { hashedBytes: 5, md5State: Buffer.from('not a state').toString('base64'), samples: [] }
  expect(() => openDigest(pool, saved)).toThrow()
})

test('two files that are hashed in turns keep apart, and asking for a digest does not end it', async () => {
  const [one, other] = [openDigest(pool), openDigest(pool)]
  await one.update(Buffer.from('a'), 0)
  await other.update(Buffer.from('x'), 0)
  one.hex()
  await one.update(Buffer.from('b'), 1)
  expect(one.hex()).toBe(createHash('md5').update('ab').digest('hex'))
  expect(other.hex()).toBe(createHash('md5').update('x').digest('hex'))
})

test('what is saved while a chunk is being hashed is what was hashed before it', async () => {
  let go = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const slow: typeof pool = {
    ...pool,
    async take(step) {
      await gate
      return pool.take(step)
    },
  }
  const digest = openDigest(slow)
  const updated = digest.update(Buffer.from('abc'), 0)
  const settled = digest.settled()
  expect(digest.save().hashedBytes).toBe(0)
  go()
  await settled
  expect(digest.save().hashedBytes).toBe(3)
  await updated
})

test('a few chunks are remembered, chosen from all of them', async () => {
  let turn = 0
  const digest = openDigest(pool, undefined, () => (turn++ % 10) / 10)
  for (let i = 0; i < 200; i++) await digest.update(Buffer.from([i, i]), 2 * i)
  expect(digest.samples).toHaveLength(16)
  expect(digest.samples.some(({ offset }) => offset > 200)).toBe(true)
})
