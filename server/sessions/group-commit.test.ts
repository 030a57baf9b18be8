import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RangeSet } from '../bytes/range-set.ts'
import {
  COMMIT_AFTER_BYTES,
  COMMIT_AFTER_MS,
  type CommitSteps,
  GroupCommit,
  MAX_WAITING_BYTES,
} from './group-commit.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const MIB = 1024 ** 2
const mebibytes = (from: number, to: number) => ({ start: from * MIB, end: to * MIB })

/** A disk and a ledger that do each step when the test says so. */
function steps() {
  const log: string[] = []
  const held: { resolve: (kept: RangeSet | undefined) => void; reject: (error: Error) => void }[] = []
  const checkpoints: RangeSet[] = []
  const all: CommitSteps = {
    open: async () => ({
      sync({ all }) {
        log.push(all ? 'sync all' : 'sync')
        return new Promise((resolve, reject) => held.push({ resolve, reject }))
      },
    }),
    lost(error) {
      log.push('lost')
      return new Error('told to whoever waits', { cause: error })
    },
    async checkpoint(durable) {
      log.push('checkpoint')
      checkpoints.push(durable)
    },
  }
  const synced = async (kept?: RangeSet) => {
    await vi.advanceTimersByTimeAsync(0)
    held.shift()?.resolve(kept)
    await vi.advanceTimersByTimeAsync(0)
  }
  const failed = async () => {
    await vi.advanceTimersByTimeAsync(0)
    held.shift()?.reject(new Error('EIO'))
    await vi.advanceTimersByTimeAsync(0)
  }
  return { all, log, checkpoints, synced, failed }
}

test('bytes become durable a while after the first of them, data before checkpoint', async () => {
  const { all, log, checkpoints, synced } = steps()
  const commits = new GroupCommit(all, [mebibytes(0, 1)])
  commits.add(mebibytes(1, 2))
  await vi.advanceTimersByTimeAsync(COMMIT_AFTER_MS - 1)
  commits.add(mebibytes(4, 5))
  expect(log).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(log).toEqual(['sync'])
  expect(commits.durable).toEqual([mebibytes(0, 1)])

  await synced()

  expect(log).toEqual(['sync', 'checkpoint'])
  expect(checkpoints).toEqual([[mebibytes(0, 2), mebibytes(4, 5)]])
  expect(commits.durable).toEqual(checkpoints[0])
  expect(vi.getTimerCount()).toBe(0)
})

test('many bytes do not wait for the time, and bytes that come during a commit wait for the next', async () => {
  const { all, log, synced } = steps()
  const commits = new GroupCommit(all, [])
  commits.add({ start: 0, end: COMMIT_AFTER_BYTES })
  await vi.advanceTimersByTimeAsync(0)
  expect(log).toEqual(['sync'])
  commits.add({ start: COMMIT_AFTER_BYTES, end: COMMIT_AFTER_BYTES + 1 })
  await synced()
  expect(commits.durable).toEqual([{ start: 0, end: COMMIT_AFTER_BYTES }])

  await vi.advanceTimersByTimeAsync(COMMIT_AFTER_MS)
  await synced()
  expect(commits.durable).toEqual([{ start: 0, end: COMMIT_AFTER_BYTES + 1 }])
})

test('what a store keeps back goes on waiting, is not asked for at once again, and is durable when everything is asked for', async () => {
  const { all, log, checkpoints, synced } = steps()
  const commits = new GroupCommit(all, [])
  commits.add({ start: 0, end: COMMIT_AFTER_BYTES + MIB })
  await synced([{ start: MIB, end: 9 * MIB }])
  expect(checkpoints).toEqual([[mebibytes(1, 9)]])
  expect(commits.waitingBytes).toBe(COMMIT_AFTER_BYTES + MIB - 8 * MIB)
  expect(log).toEqual(['sync', 'checkpoint'])

  await vi.advanceTimersByTimeAsync(COMMIT_AFTER_MS)
  await synced([mebibytes(1, 9)])
  expect(log).toEqual(['sync', 'checkpoint', 'sync'])

  const flushed = commits.flush()
  await synced()
  await flushed
  expect(log).toEqual(['sync', 'checkpoint', 'sync', 'sync all', 'checkpoint'])
  expect(commits.durable).toEqual([{ start: 0, end: COMMIT_AFTER_BYTES + MIB }])
})

test('there is no room while too many bytes wait, those that are being synced among them', async () => {
  const { all, synced } = steps()
  const commits = new GroupCommit(all, [])
  commits.add({ start: 0, end: MAX_WAITING_BYTES / 2 })
  commits.add({ start: MAX_WAITING_BYTES / 2, end: MAX_WAITING_BYTES })
  let hasRoom = false
  const room = commits.room().then(() => {
    hasRoom = true
  })
  await vi.advanceTimersByTimeAsync(0)
  expect(hasRoom).toBe(false)

  await synced()
  await room
  expect(commits.waitingBytes).toBe(MAX_WAITING_BYTES / 2)
})

test('[F8] a sync that failed is told once and not tried again: what waited is given up', async () => {
  const { all, log, failed } = steps()
  const commits = new GroupCommit(all, [mebibytes(0, 1)])
  commits.add(mebibytes(1, 2))
  const flushed = commits.flush()
  flushed.catch(() => 'asserted below')
  commits.add(mebibytes(2, 3))

  await failed()

  await expect(flushed).rejects.toThrow('told to whoever waits')
  await vi.advanceTimersByTimeAsync(10 * COMMIT_AFTER_MS)
  expect(log).toEqual(['sync all', 'lost'])
  expect(commits.durable).toEqual([mebibytes(0, 1)])
  expect(commits.waitingBytes).toBe(0)
})

test('a checkpoint that cannot be saved is tried again, after another sync', async () => {
  const { all, log, synced } = steps()
  let isFull = true
  const checkpoint = async (durable: RangeSet) => {
    if (isFull) throw new Error('the disk is full')
    await all.checkpoint(durable)
  }
  const commits = new GroupCommit({ ...all, checkpoint }, [])
  commits.add(mebibytes(0, 1))
  const flushed = commits.flush()
  flushed.catch(() => 'asserted below')
  await synced()
  await expect(flushed).rejects.toThrow('the disk is full')
  expect(commits.durable).toEqual([])

  isFull = false
  await vi.advanceTimersByTimeAsync(COMMIT_AFTER_MS)
  await synced()
  expect(log).toEqual(['sync all', 'sync', 'checkpoint'])
  expect(commits.durable).toEqual([mebibytes(0, 1)])
})

test('dropping waits for the running commit and leaves no timer behind', async () => {
  const { all, log, synced } = steps()
  const commits = new GroupCommit(all, [])
  commits.add({ start: 0, end: COMMIT_AFTER_BYTES })
  commits.add({ start: COMMIT_AFTER_BYTES, end: COMMIT_AFTER_BYTES + 1 })
  const dropped = commits.drop()
  await synced()
  await dropped
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(10 * COMMIT_AFTER_MS)
  expect(log).toEqual(['sync', 'checkpoint'])
})

test('[F15] a file that cannot be opened for a sync loses nothing, and is tried again', async () => {
  const { all, log, synced } = steps()
  let isThere = false
  const open = async () => {
    if (!isThere) throw new Error('unmounted')
    return all.open()
  }
  const commits = new GroupCommit({ ...all, open }, [])
  commits.add(mebibytes(0, 1))
  await expect(commits.flush()).rejects.toThrow('unmounted')
  expect(commits.waitingBytes).toBe(MIB)

  isThere = true
  await vi.advanceTimersByTimeAsync(COMMIT_AFTER_MS)
  await synced()
  expect(log).toEqual(['sync', 'checkpoint'])
  expect(commits.durable).toEqual([mebibytes(0, 1)])
})
