import { expect, test } from 'vitest'
import { done, sending, upload } from '../testing/samples.ts'
import { uploadShare } from './share.ts'

test('an upload is whole only when it is done, and empty files are no exception', () => {
  expect(uploadShare(upload('a', 1, { status: sending(1000) }))).toBe(0.99)
  expect(uploadShare(upload('a', 1, { status: { kind: 'verifying', bytesVerified: 999 } }))).toBe(0.99)
  expect(uploadShare(upload('a', 1, { sizeBytes: 0 }))).toBe(0)
  expect(uploadShare(upload('a', 1, { sizeBytes: 0, status: done }))).toBe(1)
})
