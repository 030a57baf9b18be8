import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, onTestFinished, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, finish, md5Of, refusalOf, send, source, upload } from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { toConfig, workersFor } from '../settings/flags.ts'

/** The threads that are given something from now on. */
function threadsAtWork(): Set<Worker> {
  const threads = new Set<Worker>()
  const { postMessage } = Worker.prototype
  Worker.prototype.postMessage = function (...message) {
    threads.add(this)
    return postMessage.apply(this, message)
  }
  onTestFinished(() => {
    Worker.prototype.postMessage = postMessage
  })
  return threads
}

test('files that threads hash arrive as they were sent, several at once and with chunks in any order', async () => {
  const threads = threadsAtWork()
  const { client, directory } = await receiving(undefined, { workers: 2 })
  const files = Array.from({ length: 6 }, (_, index) =>
    source(`${index}.bin`, randomBytes(index * 3 * CHUNK_BYTES + 5)),
  )
  const scattered = source('scattered.bin', randomBytes(9 * CHUNK_BYTES))
  const begun = await begin(client, scattered)
  const sentScattered = send(client, begun, chunksOf(scattered).reverse())
  const finished = await Promise.all(files.map((file) => upload(client, file)))
  await sentScattered
  await finish(client, begun, scattered.data)

  expect(finished.map(({ md5 }) => md5)).toEqual(files.map(({ data }) => md5Of(data)))
  expect(await filesIn(directory)).toEqual(
    Object.fromEntries([...files, scattered].map(({ path, data }) => [path.join('/'), md5Of(data)])),
  )
  expect(threads.size).toBeGreaterThan(0)
})

test('a file that differs from what its sender hashed is refused', async () => {
  const { client, directory } = await receiving(undefined, { workers: 1 })
  const file = source('a.bin', randomBytes(4 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))

  expect(await refusalOf(finish(client, begun, file.data, md5Of(Buffer.from('another'))))).toBe(
    'DATA_LOSS FINAL_CHECKSUM',
  )
  expect(await filesIn(directory)).toEqual({})
})

test('an upload that goes on after the receiver started again is finished, with threads and without', async () => {
  const base = await sandbox()
  const file = source('a.bin', randomBytes(9 * CHUNK_BYTES + 1))
  for (const [workers, chunks] of [
    [1, [0, 1, 2]],
    [0, [3, 4, 7]],
    [2, []],
  ] as const) {
    const { client, receiver } = await receiving(base, { workers })
    const begun = await begin(client, file)
    await send(
      client,
      begun,
      chunksOf(file).filter((_, index) => chunks.some((one) => one === index)),
    )
    await receiver.close()
  }
  const { client, directory } = await receiving(base, { workers: 1 })
  const begun = await begin(client, file)
  await send(
    client,
    begun,
    chunksOf(file).filter((_, index) => [5, 6, 8, 9].includes(index)),
  )

  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test.each([1, 2])(
  'when one of %i threads dies, what it had is read again, it is told, and every file is finished',
  async (workers) => {
    const threads = threadsAtWork()
    const unexpected: unknown[] = []
    const { client, directory } = await receiving(undefined, {
      workers,
      onUnexpected: (error) => unexpected.push(error),
    })
    const [before, after] = [
      source('a.bin', randomBytes(6 * CHUNK_BYTES)),
      source('b.bin', randomBytes(3 * CHUNK_BYTES)),
    ]
    const begun = await begin(client, before)
    await send(client, begun, chunksOf(before).slice(0, 4))
    const [thread] = threads
    if (thread === undefined) throw new Error('No thread was given anything.')
    const ended = once(thread, 'exit')
    await thread.terminate()
    await ended
    await send(client, begun, chunksOf(before).slice(4))

    expect(await finish(client, begun, before.data)).toMatchObject({ md5: md5Of(before.data) })
    expect(await upload(client, after)).toMatchObject({ md5: md5Of(after.data) })
    expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(before.data), 'b.bin': md5Of(after.data) })
    expect(unexpected.map(String)).toEqual(['Error: A thread that hashes ended; files are read again instead.'])
  },
)

test('there are no threads on two cores, and never more than have something to do', () => {
  expect([1, 2, 3, 4, 64].map(workersFor)).toEqual([0, 0, 2, 2, 2])
  const flags = { dir: 'a', port: '0', auth: true, discovery: false }
  expect(toConfig({ ...flags, workers: '3' }).workers).toBe(3)
  expect(toConfig({ ...flags, workers: '0' }).workers).toBe(0)
  for (const workers of ['-1', 'all', '1.5', ''])
    expect(() => toConfig({ ...flags, workers })).toThrow(
      `--workers takes a whole number from 0 to 99, not "${workers}".`,
    )
})
