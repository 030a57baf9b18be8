import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { release, retain } from '../limits/message-rooms.ts'
import { MessageDecoder } from './message-decoder.ts'

const KIB = 1024

function framed(bytes: number): Buffer {
  const message = Buffer.concat([Buffer.alloc(5), randomBytes(bytes)])
  message.writeUInt32BE(bytes, 1)
  return message
}

test.each([1, 3, 5, 1000, 16 * KIB, 10_000_000])('messages are whole again however they are cut: %i bytes', (step) => {
  const messages = [0, 1, 5, 31 * KIB, 32 * KIB, 64 * KIB + 70, 0].map(framed)
  const all = Buffer.concat(messages)
  const decoder = new MessageDecoder(-1)
  const found: Buffer[] = []
  for (let at = 0; at < all.length; at += step) found.push(...decoder.write(all.subarray(at, at + step)))
  expect(found).toHaveLength(messages.length)
  for (const [index, message] of messages.entries()) expect(found[index]?.equals(message)).toBe(true)
})

test('a message that says it is too long is refused before anything of it is kept', () => {
  const decoder = new MessageDecoder(100)
  expect(decoder.write(framed(100))).toHaveLength(1)
  expect(() => decoder.write(framed(101).subarray(0, 5))).toThrow('larger than max (101 vs 100)')
})

test('the memory of a message is used again when its last reader is done with it, and not before', () => {
  const decode = (message: Buffer) => new MessageDecoder(-1).write(message)[0] as Buffer
  const first = decode(framed(64 * KIB))
  const data = first.subarray(100)
  retain(data)
  release(data)
  const beside = decode(framed(64 * KIB))
  expect(beside.buffer).not.toBe(first.buffer)
  release(data)
  expect(decode(framed(64 * KIB)).buffer).toBe(first.buffer)
})

test('what is released once too often is nobody else’s', () => {
  const decode = () => new MessageDecoder(-1).write(framed(64 * KIB))[0] as Buffer
  const first = decode()
  release(first)
  release(first)
  const [second, third] = [decode(), decode()]
  expect(second.buffer).not.toBe(third.buffer)
})
