import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import { type CheckedChunk, checkChunk, withChecksum } from './checked-chunk.ts'
import { toOffset } from './to-offset.ts'

const data = Buffer.from('some bytes')
const chunk = { offset: toOffset('0'), data, sender: 'a' }

test('a chunk counts as checked when its checksum is that of its data, and only then', () => {
  expect(checkChunk({ ...chunk, crc32: crc32(data) })).toMatchObject({ data })
  expect(checkChunk({ ...chunk, crc32: crc32(data) + 1 })).toBeUndefined()
})

test('data without a checksum gets its own', () => {
  expect(withChecksum(chunk).crc32).toBe(crc32(data))
})

test('what nobody checked is no checked chunk, as far as types go', () => {
  // @ts-expect-error: only checking makes one.
  const unchecked: CheckedChunk = { ...chunk, crc32: crc32(data) }
  expect(unchecked.data).toBe(data)
})
