import { createHash, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
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
  const digest = new PrefixDigest()
  const { reads, read } = reading()
  for (let at = 0; at < file.length; at += MIB) await digest.add(at, file.subarray(at, at + MIB))

  expect(await digest.finish(file.length, read, () => {})).toBe(md5)
  expect(reads).toEqual([[file.length, file.length]])
})

test('what comes out of order is read once there is no gap, while more arrives', async () => {
  const digest = new PrefixDigest()
  const { reads, read } = reading()
  let prefixEnd = 0
  const store = async (start: number, end: number): Promise<void> => {
    await digest.add(start, file.subarray(start, end))
    prefixEnd = end
    digest.follow(() => prefixEnd, read)
  }
  await digest.add(MIB, file.subarray(MIB, 2 * MIB))
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
  const digest = new PrefixDigest()
  const { reads, read } = reading()
  const progress: number[] = []
  digest.follow(() => 1024 * MIB, read)
  await digest.idle()
  expect(reads).toEqual([])

  expect(await digest.finish(file.length, read, (bytes) => progress.push(bytes))).toBe(md5)
  expect(progress.at(-1)).toBe(file.length)
})

test('a read that failed meanwhile is told at the end, and it may be asked again', async () => {
  const digest = new PrefixDigest()
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
  await expect(new PrefixDigest().finish(file.length, read, () => {})).rejects.toMatchObject({
    code: 'STORAGE_LOST_DATA',
  })
})

test('a digest is kept for one session, while nobody changes the part and what it covers is stored', async () => {
  const kept = async (changedAtMs: number, prefixEnd: number): Promise<boolean> => {
    const digests = new PrefixDigests()
    const digest = new PrefixDigest()
    await digest.add(0, file.subarray(0, 1000))
    digests.keep('a', digest, 5)
    const isKept = digests.take('a', changedAtMs, prefixEnd) === digest
    expect(digests.take('a', changedAtMs, prefixEnd)).not.toBe(digest)
    return isKept
  }
  expect(await kept(5, 1000)).toBe(true)
  expect(await kept(6, 1000)).toBe(false)
  expect(await kept(5, 999)).toBe(false)
})

test('only so many are kept', () => {
  const digests = new PrefixDigests()
  const digest = new PrefixDigest()
  for (let index = 0; index < 1000; index++) digests.keep(`${index}`, digest, 0)
  expect(digests.take('0', 0, 0)).not.toBe(digest)
  expect(digests.take('999', 0, 0)).toBe(digest)
})
