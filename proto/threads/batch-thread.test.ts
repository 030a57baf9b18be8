import { expect, onTestFinished, test } from 'vitest'
import { createBatchThread } from './batch-thread.ts'

const doubled = `(jobs) => ({ answers: jobs.map((job) => [job * 2, jobs.length]), transfer: [] })`

function threadOf<Job, Answer>(source: string, bytesOf: (job: Job) => number = () => 1) {
  const thread = createBatchThread<Job, Answer>({ source, bytesOf })
  onTestFinished(() => thread.close())
  return thread
}

test('jobs of one moment are done together, and each has its own answer', async () => {
  const thread = threadOf<number, [number, number]>(doubled)
  const answers = await Promise.all([1, 2, 3].map((job) => thread.ask(job)))
  expect(answers).toEqual([
    [2, 3],
    [4, 3],
    [6, 3],
  ])
  expect(await thread.ask(4)).toEqual([8, 1])
})

test('no more is handed over at once than a batch may be long, but a job that is longer alone', async () => {
  const thread = threadOf<number, [number, number]>(doubled, () => 600 * 1024)
  const answers = await Promise.all([1, 2].map((job) => thread.ask(job)))
  expect(answers.map((answer) => answer?.[1])).toEqual([1, 1])
  const long = threadOf<number, [number, number]>(doubled, () => 9 * 1024 ** 2)
  expect(await long.ask(1)).toEqual([2, 1])
})

test('a thread that ends leaves its jobs to whoever asked, and takes no more', async () => {
  const thread = threadOf<number, number>('() => { throw new Error("no") }')
  expect(await Promise.all([thread.ask(1), thread.ask(2)])).toEqual([undefined, undefined])
  expect(await thread.ask(3)).toBeUndefined()
})

test('a thread without jobs ends, and another one does the next', async () => {
  const source = `(() => {
    const { threadId } = require('node:worker_threads')
    return (jobs) => ({ answers: jobs.map(() => threadId), transfer: [] })
  })()`
  const thread = createBatchThread<number, number>({ source, bytesOf: () => 1, restMs: 0 })
  onTestFinished(() => thread.close())
  const first = await thread.ask(1)
  const next = () => thread.ask(2)
  await expect.poll(next, { interval: 20 }).not.toBe(first)
  expect(await next()).toBeGreaterThan(0)
})

test('closing waits for what was asked for', async () => {
  const thread = threadOf<number, [number, number]>(doubled)
  const asked = thread.ask(5)
  await thread.close()
  expect(await asked).toEqual([10, 1])
  expect(await thread.ask(6)).toBeUndefined()
})
