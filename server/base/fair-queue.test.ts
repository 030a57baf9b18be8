import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FairQueue } from './fair-queue.ts'

/** Tasks that end when they are told to, and the order in which they began. */
function tasks() {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const task = (name: string) => (): Promise<void> => {
    begun.push(name)
    return new Promise((resolve) => ends.push(resolve))
  }
  const endNext = async (): Promise<void> => {
    ends.shift()?.()
    await settled()
  }
  return { begun, task, endNext }
}

test('who comes with one chunk is next, however many another one has waiting', async () => {
  const fairQueue = new FairQueue()
  const { begun, task, endNext } = tasks()
  for (let index = 0; index < 16; index++) void fairQueue.run('many', 100, task(`many ${index}`))
  await settled()
  void fairQueue.run('one', 100, task('one'))
  await endNext()
  expect(begun).toEqual(['many 0', 'many 1', 'one'])
})

test('who had no turns for long is first until it has caught up with a part of what others had, and not with all of it', async () => {
  const fairQueue = new FairQueue()
  const MIB = 1024 ** 2
  for (let chunk = 0; chunk < 100; chunk++) await fairQueue.run('long', MIB, async () => undefined)
  const { begun, task, endNext } = tasks()
  for (let chunk = 0; chunk < 100; chunk++) void fairQueue.run('long', MIB, task('long'))
  for (let chunk = 0; chunk < 100; chunk++) void fairQueue.run('late', MIB, task('late'))
  for (let chunk = 0; chunk < 100; chunk++) await endNext()
  const late = begun.filter((sender) => sender === 'late').length
  expect(begun.slice(2, 32)).toEqual(Array(30).fill('late'))
  expect(late).toBeGreaterThan(50)
  expect(late).toBeLessThan(80)
})

test('a chunk that cannot be stored gives its turn to the next', async () => {
  const fairQueue = new FairQueue()
  const failing = [1, 2, 3].map((number) => fairQueue.run('a', 1, () => Promise.reject(new Error(`disk ${number}`))))
  expect(await Promise.allSettled(failing)).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  expect(await fairQueue.run('b', 1, async () => 'stored')).toBe('stored')
})

test('senders that are forgotten still get their turns', async () => {
  const fairQueue = new FairQueue()
  const stored = Array.from({ length: 3000 }, (_, index) => fairQueue.run(`sender ${index}`, 1, async () => index))
  expect(await Promise.all(stored)).toHaveLength(3000)
})

/** A sender that has a new task for every one that ended, until it is stopped; each takes a moment. */
function hog(fairQueue: FairQueue) {
  const state = { done: 0, isStopped: false }
  const work = async () => {
    while (!state.isStopped) {
      await fairQueue.run('hog', 100, () => settled())
      state.done += 1
    }
  }
  const all = Promise.all(Array.from({ length: 16 }, work))
  return {
    state,
    async stop() {
      state.isStopped = true
      await all
    },
  }
}

test('one with sixteen streams has at most twice the turns of one that stores one chunk after the other', async () => {
  const clock = { nowMs: 0 }
  const fairQueue = new FairQueue(() => clock.nowMs)
  const many = hog(fairQueue)
  for (let chunk = 0; chunk < 3; chunk++) await fairQueue.run('one', 100, () => settled())
  const before = many.state.done
  for (let chunk = 0; chunk < 20; chunk++) {
    await fairQueue.run('one', 100, () => settled())
    // The next chunk has to arrive.
    for (let moment = 0; moment < 5; moment++) await settled()
  }
  expect(many.state.done - before).toBeLessThan(50)
  clock.nowMs = 1000
  await many.stop()
})

test('one that stays away is waited for a moment only', async () => {
  const fairQueue = new FairQueue()
  const many = hog(fairQueue)
  for (let chunk = 0; chunk < 3; chunk++) await fairQueue.run('one', 100, () => settled())
  const before = many.state.done
  await expect.poll(() => many.state.done - before, { interval: 5 }).toBeGreaterThan(100)
  await many.stop()
})

test('one that always comes back late slows nobody down for long', async () => {
  const clock = { nowMs: 0 }
  const fairQueue = new FairQueue(() => clock.nowMs)
  const many = hog(fairQueue)
  for (let chunk = 0; chunk < 50; chunk++) {
    await fairQueue.run('one', 100, () => settled())
    clock.nowMs += 20
    await settled()
  }
  const before = many.state.done
  await fairQueue.run('one', 100, () => settled())
  for (let moment = 0; moment < 50; moment++) await settled()
  expect(many.state.done - before).toBeGreaterThan(20)
  await many.stop()
})

test('who waits no more leaves the line, and others are not held up by it', async () => {
  const fairQueue = new FairQueue()
  const { begun, task, endNext } = tasks()
  const gone = new AbortController()
  void fairQueue.run('a', 1, task('a 0'))
  void fairQueue.run('a', 1, task('a 1'))
  const leaving = fairQueue.run('a', 1, task('a 2'), { signal: gone.signal })
  void fairQueue.run('a', 1, task('a 3'))
  gone.abort(new Error('gone'))
  await expect(leaving).rejects.toThrow('gone')
  await endNext()
  expect(begun).toEqual(['a 0', 'a 1', 'a 3'])
})
