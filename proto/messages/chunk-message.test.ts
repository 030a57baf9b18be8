import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { fileTransferService } from '../index.ts'
import { newChunkBuffer } from './chunk-message.ts'

const { requestSerialize, requestDeserialize } = fileTransferService.UploadChunks
const fields = { fileId: '0123456789abcdef'.repeat(2), generation: '7', offset: '5368709120', crc32: 4_000_000_000 }

function chunkOf(bytes: number): Buffer {
  const data = newChunkBuffer(bytes)
  randomBytes(bytes).copy(data)
  return data
}

test.each([0, 1, 127, 128, 16_383, 16_384, 65_536, 1_048_576])(
  'a chunk of %i bytes is the same message whether its data has room in front or not',
  (bytes) => {
    const data = chunkOf(bytes)
    const copy = Buffer.from(data)
    for (const message of [
      { ...fields, data },
      { ...fields, data: copy },
      { data, offset: 3, crc32: 1 },
    ]) {
      const decoded = requestDeserialize(requestSerialize(message))
      expect(decoded).toMatchObject({ offset: String(message.offset), crc32: message.crc32 })
      expect(Buffer.compare(decoded.data, copy)).toBe(0)
    }
    expect(requestDeserialize(requestSerialize({ ...fields, data }))).toMatchObject(fields)
  },
)

test('data with room in front is not copied, and can be sent again with other fields', () => {
  const data = chunkOf(1000)

  const first = requestSerialize({ ...fields, data })
  const copied = Buffer.from(first)
  const second = requestSerialize({ data, offset: 1, crc32: 2 })

  expect(first.buffer).toBe(data.buffer)
  expect(requestDeserialize(second)).toMatchObject({ fileId: '', offset: '1', crc32: 2 })
  expect(requestDeserialize(copied)).toMatchObject(fields)
})

test('a part of such memory, and fields that are too long for the room, are copied', () => {
  const data = chunkOf(1000)
  const fileId = 'x'.repeat(500)

  expect(requestDeserialize(requestSerialize({ ...fields, data: data.subarray(10, 20) })).data).toEqual(
    Buffer.from(data.subarray(10, 20)),
  )
  expect(requestDeserialize(requestSerialize({ ...fields, fileId, data }))).toMatchObject({ fileId })
})
