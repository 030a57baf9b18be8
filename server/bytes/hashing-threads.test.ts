import { createHash, randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { startHashingThreads } from './hashing-threads.ts'
import { PrefixDigest } from './prefix-digest.ts'

const MIB = 1024 ** 2
const md5Of = (data: Buffer) => createHash('md5').update(data).digest('hex')

function threads(count: number) {
  const unexpected: unknown[] = []
  const hashing = startHashingThreads(count, (error) => unexpected.push(error))
  onTestFinished(async () => {
    await hashing.close()
    expect(unexpected).toEqual([])
  })
  return hashing
}

test('many hashes at a time on two threads are each right, whatever the length of what they are given', async () => {
  const hashing = threads(2)
  const files = Array.from({ length: 20 }, (_, index) => randomBytes(100_000 * index + 7))
  const found = await Promise.all(
    files.map(async (file, index) => {
      const hash = hashing.begin('md5')
      for (let at = 0; at < file.length; at += 1 + 10_000 * index)
        await hash.update(Buffer.from(file.subarray(at, at + 1 + 10_000 * index)))
      return [await hash.hex(), await hash.hex()]
    }),
  )
  expect(found).toEqual(files.map((file) => [md5Of(file), md5Of(file)]))
})

test('memory may be used again at once', async () => {
  const hash = threads(1).begin('md5')
  const data = Buffer.alloc(3 * MIB + 5, 1)
  const first = hash.update(data)
  data.fill(2)
  await Promise.all([first, hash.update(data)])
  data.fill(3)

  expect(await hash.hex()).toBe(md5Of(Buffer.concat([Buffer.alloc(3 * MIB + 5, 1), Buffer.alloc(3 * MIB + 5, 2)])))
})

test('whoever brings more than the threads can hash waits', async () => {
  const hash = threads(1).begin('md5')
  let taken = 0
  const updates = Array.from({ length: 64 }, async () => {
    await hash.update(Buffer.alloc(MIB))
    taken += 1
  })
  await Promise.resolve()
  expect(taken).toBeLessThan(20)
  await Promise.all(updates)
  expect(await hash.hex()).toBe(md5Of(Buffer.alloc(64 * MIB)))
})

test('a thread that ends loses what it had, and the file is read again from the disk, here', async () => {
  const hashing = threads(1)
  const file = randomBytes(3 * MIB)
  const digest = new PrefixDigest('md5', hashing)
  digest.add(0, Buffer.from(file.subarray(0, MIB)))
  await hashing.close()
  digest.add(MIB, Buffer.from(file.subarray(MIB, 2 * MIB)))
  const reads: number[] = []
  const read = async function* (start: number, end: number): AsyncGenerator<Buffer> {
    reads.push(start)
    yield Buffer.from(file.subarray(start, end))
  }

  expect(await digest.finish(file.length, read, () => {})).toBe(md5Of(file))
  expect(reads).toEqual([0])
})

test('a thread that ends while it is asked makes nobody wait for ever', async () => {
  const hashing = threads(1)
  const hash = hashing.begin('md5')
  const updates = Array.from({ length: 64 }, () => hash.update(Buffer.alloc(MIB)))
  const asked = hash.hex()
  await hashing.close()

  await Promise.all(updates)
  expect(await asked).toBeUndefined()
  expect(hash.isLost).toBe(true)
})
