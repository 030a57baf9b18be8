import { expect, test } from 'vitest'
import type { UploadStatus } from '../../contract/contract.ts'
import { next } from './status.ts'

test('a file goes from waiting through sending and verifying to done', () => {
  const sending = next({ kind: 'waiting' }, { kind: 'started' })
  expect(sending).toEqual({ kind: 'sending', bytesStored: 0 })
  const further = next(sending, { kind: 'stored', bytesStored: 10, bytesPerSecond: 5, secondsLeft: 2 })
  expect(further).toEqual({ kind: 'sending', bytesStored: 10, bytesPerSecond: 5, secondsLeft: 2 })
  const verifying = next(further, { kind: 'verifying', bytesVerified: 0 })
  expect(verifying).toEqual({ kind: 'verifying', bytesVerified: 0, bytesStored: 10 })
  const finished = { kind: 'finished', storedAs: 'a', md5: 'd', bytesSent: 10, finishedAtMs: 1 } as const
  expect(next(verifying, finished)).toEqual({ ...finished, kind: 'done' })
})

test('a late acknowledgement does not revive a paused upload', () => {
  const paused: UploadStatus = { kind: 'paused', bytesStored: 10 }
  expect(next(paused, { kind: 'stored', bytesStored: 20 })).toBe(paused)
})

test('an interruption keeps what was stored, and so does going on after it', () => {
  const interrupted = next(
    { kind: 'sending', bytesStored: 7 },
    { kind: 'interrupted', reason: 'UNREACHABLE', message: 'm', retryAtMs: 5 },
  )
  expect(interrupted).toEqual({
    kind: 'interrupted',
    reason: 'UNREACHABLE',
    message: 'm',
    retryAtMs: 5,
    bytesStored: 7,
  })
  expect(next(interrupted, { kind: 'released' })).toEqual({ kind: 'waiting', bytesStored: 7 })
})

test('nothing moves a file that is done', () => {
  const done: UploadStatus = { kind: 'done', storedAs: 'a', bytesSent: 0, finishedAtMs: 0 }
  expect(next(done, { kind: 'paused' })).toBe(done)
  expect(next(done, { kind: 'failed', reason: 'REFUSED', message: 'x' })).toBe(done)
})

test('a failed upload goes on only when the person asks', () => {
  const failed: UploadStatus = { kind: 'failed', reason: 'REFUSED', message: 'x' }
  expect(next(failed, { kind: 'started' })).toBe(failed)
  expect(next(failed, { kind: 'released' })).toEqual({ kind: 'waiting' })
})
