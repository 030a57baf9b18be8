import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { channelOptions } from '../../../proto/index.ts'
import { fromFileError, fromServiceError } from './errors.ts'

function serviceError(code: status, details: string, reason?: string): ServiceError {
  const metadata = new Metadata()
  if (reason !== undefined) metadata.set('x-upload-reason', reason)
  return Object.assign(new Error(details), { code, details, metadata })
}

test.each([
  [status.UNAVAILABLE, 'Connection dropped'],
  [status.DEADLINE_EXCEEDED, 'Deadline exceeded'],
  [status.INTERNAL, 'Received RST_STREAM with code 1'],
  [status.UNKNOWN, 'Received HTTP status code 502'],
])('a broken connection (%i, %s) is tried again', (code, details) => {
  expect(fromServiceError(serviceError(code, details))).toMatchObject({ reason: 'UNREACHABLE', remedy: 'retry' })
})

test('the reason of the receiver decides, whatever the code', () => {
  expect(fromServiceError(serviceError(status.RESOURCE_EXHAUSTED, 'x', 'DISK_FULL'))).toMatchObject({
    reason: 'DISK_FULL',
    remedy: 'retry',
    message: 'The receiver’s disk is full.',
  })
  expect(fromServiceError(serviceError(status.ABORTED, 'x', 'PREEMPTED')).remedy).toBe('retry')
  expect(fromServiceError(serviceError(status.DEADLINE_EXCEEDED, 'x', 'STALLED')).remedy).toBe('retry')
  expect(fromServiceError(serviceError(status.DATA_LOSS, 'x', 'FINAL_CHECKSUM')).remedy).toBe('retry-once')
})

test('figures that come with a reason are data, and in the sentence', () => {
  const full = serviceError(status.RESOURCE_EXHAUSTED, 'x', 'DISK_FULL')
  full.metadata.set('x-upload-needed-bytes', String(12 * 1024 ** 3))
  full.metadata.set('x-upload-left-bytes', '0')
  expect(fromServiceError(full)).toMatchObject({
    shortage: { neededBytes: 12 * 1024 ** 3, leftBytes: 0 },
    message: 'The receiver’s disk is full. 12.0 GiB are needed, nothing is left.',
  })
})

test.each([
  ['12', undefined],
  [undefined, '3'],
  ['-12', '3'],
  ['12', '3.5'],
  ['12', '99999999999999999999'],
  ['many', 'few'],
])('figures that make no sense, %s and %s, are as good as none', (needed, left) => {
  const full = serviceError(status.RESOURCE_EXHAUSTED, 'x', 'DISK_FULL')
  if (needed !== undefined) full.metadata.set('x-upload-needed-bytes', needed)
  if (left !== undefined) full.metadata.set('x-upload-left-bytes', left)
  expect(fromServiceError(full)).toMatchObject({ shortage: undefined, message: 'The receiver’s disk is full.' })
})

test('a reason nobody here knows stops the upload and shows the words of the receiver', () => {
  expect(fromServiceError(serviceError(status.FAILED_PRECONDITION, 'Come back on Monday.', 'CLOSED'))).toMatchObject({
    reason: 'CLOSED',
    remedy: 'stop',
    message: 'Come back on Monday.',
  })
})

test.each(['NO_TOKEN', 'TOKEN_EXPIRED'])(
  'whatever is wrong with a token (%s), the answer is to pair again',
  (reason) => {
    expect(fromServiceError(serviceError(status.UNAUTHENTICATED, 'x', reason))).toMatchObject({
      reason: 'NOT_PAIRED',
      remedy: 'stop',
      message: expect.stringContaining('Pair them again'),
    })
  },
)

test('a connection that broke right before a call is tried again, and not by grpc-js, which would let nothing else have a turn', () => {
  const details = 'Failed to start HTTP/2 stream with error The session has been destroyed'
  expect(fromServiceError(serviceError(status.INTERNAL, details))).toMatchObject({
    reason: 'UNREACHABLE',
    remedy: 'retry',
  })
  expect(channelOptions['grpc.enable_retries']).toBe(0)
})

test('a proxy that limits the size is named', () => {
  const error = fromServiceError(serviceError(status.UNKNOWN, 'Received HTTP status code 413'))
  expect(error).toMatchObject({ reason: 'PROXY_LIMIT', remedy: 'stop' })
  expect(error.message).toContain('client_max_body_size')
})

test('a missing source is waited for, an unreadable one is for the person', () => {
  expect(fromFileError(Object.assign(new Error('x'), { code: 'ENOENT' }))).toMatchObject({
    reason: 'SOURCE_MISSING',
    remedy: 'retry',
  })
  expect(fromFileError(Object.assign(new Error('x'), { code: 'EACCES' }))).toMatchObject({
    reason: 'SOURCE_UNREADABLE',
    remedy: 'stop',
  })
})
