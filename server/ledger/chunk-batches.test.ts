import { expect, test } from 'vitest'
import { ChunkBatches } from './chunk-batches.ts'

const chunk = (start: number) => ({ start, end: start + 1, crc32: start })

/** Saves when it is told to. */
function setScene() {
  const steps: { what: string; end(error?: Error): void }[] = []
  const batches = new ChunkBatches(
    (fileId, lease, chunks) =>
      new Promise((resolve, reject) => {
        const what = `${fileId} ${lease}: ${chunks.map(({ start }) => start)}`
        steps.push({ what, end: (error) => (error ? reject(error) : resolve()) })
      }),
  )
  const whats = () => steps.map(({ what }) => what)
  return { steps, batches, whats }
}

test('what comes at once, or while a step runs, is recorded in one step, and each upload and lease in steps of its own', async () => {
  const { steps, batches, whats } = setScene()
  const first = [batches.save('a', 'n:1', chunk(0)), batches.save('a', 'n:1', chunk(1))]
  const others = [batches.save('b', 'n:2', chunk(0)), batches.save('a', 'n:3', chunk(5))]
  await expect.poll(whats).toEqual(['a n:1: 0,1', 'b n:2: 0', 'a n:3: 5'])
  const later = [2, 3, 4].map((start) => batches.save('a', 'n:1', chunk(start)))
  await Promise.resolve()
  expect(steps).toHaveLength(3)
  for (const { end } of steps) end()
  await Promise.all([...first, ...others])
  await expect.poll(whats).toContain('a n:1: 2,3,4')
  steps[3]?.end()
  await Promise.all(later)
})

test('a step that fails is told to those whose chunks were in it, and the next one is made all the same', async () => {
  const { steps, batches } = setScene()
  const first = [batches.save('a', '', chunk(0)), batches.save('a', '', chunk(1))]
  await expect.poll(() => steps.length).toBe(1)
  const second = batches.save('a', '', chunk(2))
  const told = Promise.allSettled(first)
  steps[0]?.end(new Error('Redis is gone.'))
  expect((await told).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect.poll(() => steps.length).toBe(2)
  steps[1]?.end()
  await second
})
