import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { openDigest } from './digest.ts'

test('the digest is that of the whole, however it was cut', async () => {
  const data = randomBytes(300_000)
  const digest = await openDigest()
  for (let at = 0; at < data.length; at += 70_001) digest.update(data.subarray(at, at + 70_001))
  expect(digest.hex()).toBe(createHash('md5').update(data).digest('hex'))
  expect(digest.hashedBytes).toBe(300_000)
})

test('a digest that was put away goes on where it stopped', async () => {
  const data = randomBytes(200_000)
  const first = await openDigest()
  first.update(data.subarray(0, 123_456))
  const saved = JSON.parse(JSON.stringify(first.save()))
  const second = await openDigest(saved)
  expect(second.hashedBytes).toBe(123_456)
  second.update(data.subarray(123_456))
  expect(second.hex()).toBe(createHash('md5').update(data).digest('hex'))
})

test('asking for the digest does not end it', async () => {
  const digest = await openDigest()
  digest.update(Buffer.from('a'))
  digest.hex()
  digest.update(Buffer.from('b'))
  expect(digest.hex()).toBe(createHash('md5').update('ab').digest('hex'))
})

test('a few chunks are remembered, chosen from all of them', async () => {
  let turn = 0
  const digest = await openDigest(undefined, () => (turn++ % 10) / 10)
  for (let i = 0; i < 200; i++) digest.update(Buffer.from([i, i]))
  expect(digest.samples).toHaveLength(16)
  expect(digest.samples.some(({ offset }) => offset > 200)).toBe(true)
})
