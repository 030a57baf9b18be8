import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { digestOfAll } from '../fixtures/digests.ts'
import { PrefixDigest, PrefixDigests } from './prefix-digest.ts'

const MIB = 1024 ** 2
const file = randomBytes(3 * MIB)
const md5 = createHash('md5').update(file).digest('hex')

/** Reads the file in small blocks and writes down what was read. */
function reading(bytes = file) {
  const reads: [number, number][] = []
  const read = async function* (start: number, end: number): AsyncGenerator<Buffer> {
    reads.push([start, end])
    for (let at = start; at < Math.min(end, bytes.length); at += 100_000) {
      yield bytes.subarray(at, Math.min(at + 100_000, end))
    }
  }
  return { reads, read }
}

test('what comes in order is hashed from memory, and nothing is read at the end', async () => {
  const digest = new PrefixDigest('md5')
  const { reads, read } = reading()
  for (let at = 0; at < file.length; at += MIB) digest.add(at, file.subarray(at, at + MIB))

  expect(await digest.finish(file.length, read, () => {})).toBe(md5)
  expect(reads).toEqual([[file.length, file.length]])
})

test('what comes out of order waits in memory for its turn, and nothing is read', async () => {
  const digest = new PrefixDigest('md5')
  const { reads, read } = reading()
  for (const at of [2, 0, 1]) digest.add(at * MIB, file.subarray(at * MIB, (at + 1) * MIB))
  expect(digest.hashedBytes).toBe(file.length)

  expect(await digest.finish(file.length, read, () => {})).toBe(md5)
  expect(reads).toEqual([[file.length, file.length]])
})

test('what waits and is let go of is read from the disk', async () => {
  const digest = new PrefixDigest('md5')
  const { reads, read } = reading()
  digest.add(MIB, file.subarray(MIB))
  await digest.idle()
  digest.add(0, file.subarray(0, MIB))

  expect(await digest.finish(file.length, read, () => {})).toBe(md5)
  expect(reads).toEqual([[MIB, file.length]])
})

test('what comes out of order and finds no room is read once there is no gap, while more arrives', async () => {
  const digest = new PrefixDigest('md5')
  const { reads, read } = reading()
  let prefixEnd = 0
  const store = async (start: number, end: number): Promise<void> => {
    digest.add(start, file.subarray(start, end))
    prefixEnd = end
    digest.follow(() => prefixEnd, read)
  }
  digest.add(MIB, Buffer.alloc(17 * MIB))
  await store(0, 10)
  prefixEnd = 2 * MIB
  digest.follow(() => prefixEnd, read)
  await digest.idle()
  await store(2 * MIB, 3 * MIB)

  expect(await digest.finish(file.length, read, () => {})).toBe(md5)
  expect(reads).toEqual([
    [10, 2 * MIB],
    [file.length, file.length],
  ])
})

test('what is far behind is left for the end, with progress', async () => {
  const digest = new PrefixDigest('md5')
  const { reads, read } = reading()
  const progress: number[] = []
  digest.follow(() => 1024 * MIB, read)
  await digest.idle()
  expect(reads).toEqual([])

  expect(await digest.finish(file.length, read, (bytes) => progress.push(bytes))).toBe(md5)
  expect(progress.at(-1)).toBe(file.length)
})

test('a read that failed meanwhile is told at the end, and it may be asked again', async () => {
  const digest = new PrefixDigest('md5')
  const { read } = reading()
  digest.follow(
    () => file.length,
    async function* () {
      yield file.subarray(0, 1000)
      throw new Error('input/output error')
    },
  )
  await digest.idle()

  await expect(digest.finish(file.length, read, () => {})).rejects.toThrow('input/output error')
  expect(await digest.finish(file.length, read, () => {})).toBe(md5)
  expect(await digest.finish(file.length, read, () => {})).toBe(md5)
})

test('fewer bytes than there should be are a loss', async () => {
  const { read } = reading(file.subarray(0, 1000))
  await expect(new PrefixDigest('md5').finish(file.length, read, () => {})).rejects.toMatchObject({
    code: 'STORAGE_LOST_DATA',
  })
})

test('a digest of another kind is not gone on with', () => {
  const digests = new PrefixDigests()
  const digest = new PrefixDigest('sha256')
  digests.keep('a', digest, 5)
  expect(digests.take('a', 'md5', 5, 0)).not.toBe(digest)
})

test.each(['md5', 'sha256', 'xxh128'] as const)('the %s of pieces is that of the whole', async (kind) => {
  const { read } = reading()
  const { hex } = await digestOfAll(kind, file)
  const digest = new PrefixDigest(kind)
  for (const at of [1, 0, 2]) digest.add(at * MIB, file.subarray(at * MIB, (at + 1) * MIB))
  expect(await digest.finish(file.length, read, () => {})).toBe(hex)
})

test('a digest is kept for one session, while nobody changes the part and what it covers is stored', async () => {
  const kept = async (changedAtMs: number, prefixEnd: number): Promise<boolean> => {
    const digests = new PrefixDigests()
    const digest = new PrefixDigest('md5')
    digest.add(0, file.subarray(0, 1000))
    digests.keep('a', digest, 5)
    const isKept = digests.take('a', 'md5', changedAtMs, prefixEnd) === digest
    expect(digests.take('a', 'md5', changedAtMs, prefixEnd)).not.toBe(digest)
    return isKept
  }
  expect(await kept(5, 1000)).toBe(true)
  expect(await kept(6, 1000)).toBe(false)
  expect(await kept(5, 999)).toBe(false)
})

test('only so many are kept', () => {
  const digests = new PrefixDigests()
  const digest = new PrefixDigest('md5')
  for (let index = 0; index < 1000; index++) digests.keep(`${index}`, digest, 0)
  expect(digests.take('0', 'md5', 0, 0)).not.toBe(digest)
  expect(digests.take('999', 'md5', 0, 0)).toBe(digest)
})
