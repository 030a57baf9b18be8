import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeBehind } from './write-behind.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** Writes that fail when told, and a log of them. */
function loggedWrites() {
  const log: string[] = []
  const refused = new Set<string>()
  const behind = writeBehind((name) => {
    log.push(name)
    if (refused.has(name)) throw new Error('ENOSPC')
  })
  return { log, refused, behind }
}

/** Until `log` is so long, turn by turn of the event loop. */
async function untilLogged(log: readonly string[], length: number): Promise<void> {
  while (log.length < length) await vi.advanceTimersToNextTimerAsync()
}

test('what changes in a burst is written once, one after the other', async () => {
  const { log, behind } = loggedWrites()
  const written = Promise.all([behind.changed(['a', 'b']), behind.changed(['a']), behind.changed([])])
  await vi.runAllTimersAsync()
  await written
  expect(log).toEqual(['a', 'b'])
})

test('other work gets its turn between two writes', async () => {
  const { log, behind } = loggedWrites()
  const written = behind.changed(['a', 'b'])
  await untilLogged(log, 1)
  setImmediate(() => log.push('other work'))
  await vi.runAllTimersAsync()
  await written
  expect(log).toEqual(['a', 'other work', 'b'])
})

test('what changes after it was written is written again, and settles with that', async () => {
  const { log, behind } = loggedWrites()
  const first = behind.changed(['a', 'b'])
  await untilLogged(log, 1)
  let isSecondWritten = false
  const second = behind.changed(['a']).then(() => {
    isSecondWritten = true
  })
  await untilLogged(log, 2)
  await first
  expect(isSecondWritten).toBe(false)
  await vi.runAllTimersAsync()
  await second
  expect(log).toEqual(['a', 'b', 'a'])
})

test('a failure is told to those who asked, the others are written, and the next round tries it again', async () => {
  const { log, refused, behind } = loggedWrites()
  refused.add('a')
  const failed = expect(behind.changed(['a', 'b'])).rejects.toThrow('ENOSPC')
  await vi.runAllTimersAsync()
  await failed
  refused.clear()
  const written = behind.changed(['c'])
  await vi.runAllTimersAsync()
  await written
  expect(log).toEqual(['a', 'b', 'a', 'c'])
})

test('everyone who asked for a write that fails is told, and the next write is tried again', async () => {
  const { refused, behind } = loggedWrites()
  refused.add('a')
  const failures = Promise.allSettled([behind.changed(['a']), behind.changed(['a'])])
  behind.flush()
  expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  refused.clear()
  const written = behind.changed(['a'])
  behind.flush()
  await expect(written).resolves.toBeUndefined()
})

test('flush writes at once what waits in a round and for the next one, and nothing of it again', async () => {
  const { log, behind } = loggedWrites()
  const first = behind.changed(['a', 'b'])
  await untilLogged(log, 1)
  const second = behind.changed(['c'])
  behind.flush()
  expect(log).toEqual(['a', 'b', 'c'])
  await second
  await vi.runAllTimersAsync()
  await first
  behind.flush()
  expect(log).toHaveLength(3)
})

test('flush writes nothing when nothing waits', async () => {
  const { log, behind } = loggedWrites()
  behind.flush()
  await vi.advanceTimersByTimeAsync(5000)
  expect(log).toEqual([])
})

test('what a flush could not write stays due', async () => {
  const { log, refused, behind } = loggedWrites()
  refused.add('a')
  const failed = expect(behind.changed(['a'])).rejects.toThrow('ENOSPC')
  behind.flush()
  await failed
  refused.clear()
  behind.flush()
  expect(log).toEqual(['a', 'a'])
})

test('the first change after a quiet time is written at once', async () => {
  const { log, behind } = loggedWrites()
  const written = behind.changed(['a'])
  await vi.advanceTimersByTimeAsync(1)
  await written
  expect(log).toEqual(['a'])
})

test('a burst costs one write at its start and one for each interval', async () => {
  const { log, behind } = loggedWrites()
  for (let elapsedMs = 0; elapsedMs < 1000; elapsedMs += 10) {
    void behind.changed(['a'])
    await vi.advanceTimersByTimeAsync(10)
  }
  await vi.advanceTimersByTimeAsync(1000)
  expect(log.length).toBeGreaterThanOrEqual(4)
  expect(log.length).toBeLessThanOrEqual(5)
})

/** Writes once for a time, and tells how many were written so long after a second change. */
async function writesAfter(slowMs: number, passedMs: readonly number[]): Promise<readonly number[]> {
  const write = vi.fn(() => {
    vi.advanceTimersByTime(slowMs)
  })
  const behind = writeBehind(write)
  void behind.changed(['a'])
  await vi.advanceTimersByTimeAsync(0)
  void behind.changed(['a'])
  const counts: number[] = []
  for (const ms of passedMs) {
    await vi.advanceTimersByTimeAsync(ms)
    counts.push(write.mock.calls.length)
  }
  return counts
}

test('a slow write makes the next one wait nine times as long', async () => {
  expect(await writesAfter(100, [880, 30])).toEqual([1, 2])
})

test('after a very slow write the next one begins after two seconds', async () => {
  expect(await writesAfter(1000, [1990, 20])).toEqual([1, 2])
})
