import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { failing, MIB, sending } from '../../../test/support/plain-sending.ts'

test('a server that says that it was no success and has the file all the same, has stored it', async () => {
  const { attempt, finished } = await sending(2 * MIB, {
    upload: (call, answer, _count, plain) => {
      call.on('data', plain.keep)
      call.on('end', () => answer(null, { success: false, message: 'no' }))
      return true
    },
  })
  expect(await attempt()).toEqual(finished)
})

test('a server that takes nothing and calls it a success is tried once more, and not for ever', async () => {
  const { attempt } = await sending(6 * MIB, {
    upload: (_call, answer) => {
      answer(null, { success: true, message: 'sure' })
      return true
    },
  })
  await expect(attempt()).rejects.toMatchObject({ reason: 'FINAL_CHECKSUM', remedy: 'retry-once' })
})

test('a server that drops a chunk and calls it a success is sent what it misses', async () => {
  const { attempt, sent, finished } = await sending(4 * MIB, {
    upload: (call, answer, count, plain) => {
      if (count > 1) return false
      call.on('data', (chunk) => Number(chunk.offset) !== 2 * MIB && plain.keep(chunk))
      call.on('end', () => answer(null, { success: true, message: 'sure' }))
      return true
    },
  })
  await expect(attempt()).rejects.toMatchObject({ reason: 'INCOMPLETE', remedy: 'retry' })
  expect(await attempt()).toEqual(finished)
  expect(sent.bytes).toBe(5 * MIB)
})

test('offsets that cannot be of the file are not believed, and everything is sent', async () => {
  const offsets = [-MIB, 5, 3 * MIB, '4611686018427387904', '9223372036854775807', -1]
  const { server, attempt, finished } = await sending(3 * MIB, { query: () => ({ offsets }) })
  expect(await attempt()).toEqual(finished)
  expect(server.chunks).toHaveLength(3)
})

test('offsets that are not true come out at the end, whichever part was sent', async () => {
  const { attempt } = await sending(3 * MIB, { query: () => ({ offsets: [MIB, MIB] }) })
  await expect(attempt()).rejects.toMatchObject({ reason: 'FINAL_CHECKSUM', remedy: 'retry-once' })
})

test('a server that knows no such file has nothing of it', async () => {
  const { attempt, finished } = await sending(MIB, { query: () => failing(status.NOT_FOUND, 'no such file') })
  expect(await attempt()).toEqual(finished)
})
