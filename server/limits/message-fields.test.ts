import { expect, test } from 'vitest'
import { fileTransferService } from '../../proto/index.ts'
import { MAX_MESSAGE_BYTES } from '../../proto/limits.ts'
import { ReceiveError } from '../base/errors.ts'
import { boundedService } from '../calls/bounded-service.ts'
import { mustFitFields } from './message-fields.ts'
import type { MessageLimit } from './message-limits.ts'

const limit: MessageLimit = { bytes: 1_000_000, fields: 10, messagesField: 1, isOnly: true }
const bounded = boundedService(fileTransferService)

/** Why a message is not taken; `fits` for one that is. */
function fate(bytes: readonly number[] | Uint8Array, of: MessageLimit = limit): string {
  try {
    mustFitFields(Uint8Array.from(bytes), of)
    return 'fits'
  } catch (error) {
    return error instanceof ReceiveError ? error.code : String(error)
  }
}

const times = (count: number, ...bytes: number[]) => Array.from({ length: count }, () => bytes).flat()

test('elements are counted, also those of the messages in a message, and fields that nobody knows', () => {
  expect(fate(times(10, 0x0a, 0))).toBe('fits')
  expect(fate(times(11, 0x0a, 0))).toBe('MESSAGE_TOO_LONG')
  expect(fate([0x0a, 18, ...times(9, 0x0a, 0)])).toBe('fits')
  expect(fate([0x0a, 20, ...times(10, 0x0a, 0)])).toBe('MESSAGE_TOO_LONG')
  expect(fate(times(11, 0x78, 1))).toBe('MESSAGE_TOO_LONG')
})

test.each([
  ['a group', [0x0b, 0x0c]],
  ['a group in a message', [0x0a, 2, 0x0b, 0x0c]],
  ['a wire type that there is not', [0x0f]],
  ['a field without a number', [0x02, 0]],
  ['a length that goes beyond the end', [0x12, 5, 0]],
  ['a message that goes beyond the one around it', [0x0a, 2, 0x0a, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
  ['a number that never ends', times(11, 0xff)],
  ['a length beyond all numbers', [0x12, ...times(9, 0xff), 1]],
  ['a number that is cut off', [0x08, 0x80]],
])('%s is no message', (_what, bytes) => {
  expect(fate(bytes)).toBe('BAD_LENGTH')
})

test('a message with the bytes of a file has them once, and little beside them', () => {
  const { UploadChunks } = bounded
  const taken = (chunk: object) =>
    UploadChunks.requestDeserialize(fileTransferService.UploadChunks.requestSerialize(chunk))
  const data = Buffer.alloc(MAX_MESSAGE_BYTES - 100, 1)
  const { fileId, offset, data: same } = taken({ fileId: 'a', offset: '7', data })
  expect([fileId, offset, data.equals(same)]).toEqual(['a', '7', true])
  expect(taken({ fileId: 'a'.repeat(40_000), data: Buffer.alloc(10) })).toMatchObject({ code: 'MESSAGE_TOO_LONG' })
  const once = fileTransferService.UploadChunks.requestSerialize({ data: Buffer.alloc(10) })
  expect(UploadChunks.requestDeserialize(Buffer.concat([once, once]))).toMatchObject({ code: 'MESSAGE_TOO_LONG' })
})

test('what cannot be made into a message becomes a reason, and every call has a limit', () => {
  for (const method of Object.values(bounded))
    expect(method.requestDeserialize(Buffer.from([0x0f]))).toMatchObject({ code: 'BAD_LENGTH' })
})
