import { expect, test } from 'vitest'
import type { UploadSnapshot, UploadStatus } from '../contract/contract.ts'
import { createActivity } from './activity.ts'

const waiting: UploadStatus = { kind: 'waiting' }
const paused: UploadStatus = { kind: 'paused' }
const failed: UploadStatus = { kind: 'failed', reason: 'DISK_FULL', message: 'Full.' }
const done: UploadStatus = {
  kind: 'done',
  storedAs: 'a',
  digest: { kind: 'md5', hex: '0' },
  bytesSent: 1,
  finishedAtMs: 1,
}
const sending = (bytesStored: number): UploadStatus => ({ kind: 'sending', bytesStored })

function upload(id: string, status: UploadStatus, sizeBytes = 100): UploadSnapshot {
  return { id, name: id, path: id, sizeBytes, receiver: 'nas', rank: 1, status }
}

const told = (...changed: readonly UploadSnapshot[]) => ({ changed, removed: [] })

test('files on their way are counted, and how far they have come together', () => {
  const activity = createActivity([])
  const { now } = activity.heed(told(upload('a', sending(50)), upload('b', waiting)))
  expect(now).toEqual({ active: 1, unfinished: 2, paused: 0, done: 0, failed: 0, share: 0.25 })
})

test('what is done still counts while others are on their way, and no more once all is quiet', () => {
  const activity = createActivity([])
  activity.heed(told(upload('a', sending(0)), upload('b', sending(0))))
  expect(activity.heed(told(upload('a', done)))).toMatchObject({ now: { done: 1, share: 0.5 }, isOver: false })
  expect(activity.heed(told(upload('b', done)))).toMatchObject({ now: { done: 2, unfinished: 0 }, isOver: true })
  expect(activity.heed(told(upload('c', sending(10)))).now).toEqual({
    active: 1,
    unfinished: 1,
    paused: 0,
    done: 0,
    failed: 0,
    share: 0.1,
  })
})

test('an end is told once, also of a file that came and went between two changes', () => {
  const activity = createActivity([])
  const first = activity.heed(told(upload('a', done)))
  expect(first).toMatchObject({ finished: [{ id: 'a' }], isOver: true, now: { done: 1 } })
  expect(activity.heed(told({ ...upload('a', done), rank: 7 }))).toMatchObject({ finished: [], isOver: false })
})

test('what had failed in an earlier run is no news', () => {
  const activity = createActivity([upload('a', failed), upload('b', waiting)])
  expect(activity.now()).toMatchObject({ failed: 0, unfinished: 1 })
  expect(activity.heed(told(upload('a', failed), upload('b', done)))).toMatchObject({
    failed: [],
    finished: [{ id: 'b' }],
    isOver: true,
    now: { failed: 0, done: 1 },
  })
})

test('a file that failed and is retried is on its way again', () => {
  const activity = createActivity([])
  activity.heed(told(upload('a', sending(50)), upload('b', sending(0))))
  expect(activity.heed(told(upload('a', failed)))).toMatchObject({ failed: [{ id: 'a' }], now: { failed: 1 } })
  expect(activity.heed(told(upload('a', waiting))).now).toMatchObject({ failed: 0, unfinished: 2 })
})

test('a queue that the person paused or cancelled is quiet, but not over', () => {
  const activity = createActivity([upload('a', sending(1)), upload('b', waiting)])
  expect(activity.heed(told(upload('a', paused)))).toMatchObject({ now: { paused: 1, unfinished: 1 }, isOver: false })
  const cancelled = activity.heed({ changed: [], removed: ['b'] })
  expect(cancelled).toMatchObject({ now: { paused: 1, unfinished: 0 }, isOver: false })
  expect(cancelled.now).not.toHaveProperty('share')
})

test('what is paused does not keep the others from being over', () => {
  const activity = createActivity([upload('a', paused), upload('b', sending(1))])
  expect(activity.heed(told(upload('b', done)))).toMatchObject({ isOver: true, now: { paused: 1 } })
})

test('files without a byte have no share', () => {
  const activity = createActivity([upload('a', waiting, 0)])
  expect(activity.now()).not.toHaveProperty('share')
})

test('a long queue costs by what changes', () => {
  const activity = createActivity(Array.from({ length: 100_000 }, (_, n) => upload(`${n}`, waiting)))
  for (let n = 0; n < 100_000; n++) activity.heed(told(upload(`${n}`, done)))
  expect(activity.now()).toMatchObject({ unfinished: 0, active: 0 })
})
