// @module-tag slow

import { status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { failing, MIB, sending } from '../../../test/support/plain-sending.ts'
import type { PlainServer } from '../../../test/support/plain-server.ts'

const isLastOf = ({ chunks }: PlainServer) => chunks.filter(({ isLast }) => isLast).map(({ offset }) => Number(offset))

test('a file is stored under the id it was sent under, and its last chunk is marked', async () => {
  const { server, attempt, finished } = await sending(3 * MIB + 17)
  expect(await attempt()).toEqual(finished)
  expect(isLastOf(server)).toEqual([3 * MIB])
})

test('the last chunk that is really sent is marked, whichever that is', async () => {
  const { server, attempt, finished } = await sending(5 * MIB)
  await attempt()
  const file = server.files.get('key-of-one-upload')
  file?.delete(MIB)
  file?.delete(2 * MIB)
  server.chunks.length = 0
  expect(await attempt()).toEqual(finished)
  expect(server.chunks.map(({ offset }) => Number(offset))).toEqual([MIB, 2 * MIB])
  expect(isLastOf(server)).toEqual([2 * MIB])
})

test('a server that never answers the last chunk is asked whether it has the file', async () => {
  const { server, attempt, finished } = await sending(3 * MIB, {
    upload: (call, _answer, _count, plain) => call.on('data', plain.keep) && true,
  })
  expect(await attempt()).toEqual(finished)
  expect(server.calls).toEqual({ Upload: 1, QueryUploadedChunks: 1, CheckFileIntegrity: 1 })
})

test('one that never answers and has not stored everything is left, and what is missing is sent again', async () => {
  const { attempt, finished, sent } = await sending(3 * MIB, {
    upload: (call, _answer, count, plain) => {
      if (count > 1) return false
      call.on('data', (chunk) => Number(chunk.offset) < 2 * MIB && plain.keep(chunk))
      return true
    },
  })
  await expect(attempt()).rejects.toMatchObject({
    reason: 'UNREACHABLE',
    remedy: 'retry',
    message: expect.stringContaining('has not answered for 0.6 s'),
  })
  expect(await attempt()).toEqual(finished)
  expect(sent.bytes).toBe(4 * MIB)
})

test('one that answers nothing at all after the last chunk is left, and so is one that never answers a question', async () => {
  const mute = await sending(MIB, { upload: (call) => call.resume() && true, isMute: (rpc) => rpc[0] === 'C' })
  await expect(mute.attempt()).rejects.toMatchObject({ reason: 'UNREACHABLE', remedy: 'retry' })

  const check = await sending(MIB, { isMute: (rpc) => rpc === 'CheckFileIntegrity' })
  await expect(check.attempt()).rejects.toMatchObject({
    remedy: 'retry',
    message: 'The receiver did not answer CheckFileIntegrity within 0.4 s.',
  })
  const query = await sending(MIB, { isMute: (rpc) => rpc === 'QueryUploadedChunks' })
  await expect(query.attempt()).rejects.toMatchObject({
    remedy: 'retry',
    message: 'The receiver did not answer QueryUploadedChunks within 0.3 s.',
  })
})

test('a server that stops reading in the middle is left', async () => {
  const { attempt } = await sending(48 * MIB, {
    upload: (call) => call.once('data', () => call.pause()) && true,
  })
  await expect(attempt()).rejects.toMatchObject({
    reason: 'UNREACHABLE',
    remedy: 'retry',
    message: 'The receiver took no chunk within 1 s.',
  })
})

test('a server that answers success before everything is sent is believed when it has the file, else sent the rest', async () => {
  const early = await sending(6 * MIB, {
    upload: (call, answer, count, plain) => {
      if (count > 1) return false
      call.once('data', (chunk) => {
        plain.keep(chunk)
        answer(null, { success: true, message: 'one chunk stored' })
      })
      return true
    },
  })
  await expect(early.attempt()).rejects.toMatchObject({ reason: 'INCOMPLETE', remedy: 'retry' })
  expect(await early.attempt()).toEqual(early.finished)
})

test('a server that stores everything and then fails, as one does that answers twice, has stored it', async () => {
  const { attempt, finished } = await sending(2 * MIB, {
    upload: (call, answer, _count, plain) => {
      call.on('data', plain.keep)
      call.on('end', () => answer(failing(status.INTERNAL, 'Too many responses')))
      return true
    },
  })
  expect(await attempt()).toEqual(finished)
})

test('a server that fails without a word is told with its status and what was sent', async () => {
  const { attempt } = await sending(3 * MIB, {
    upload: (call, answer) => call.on('end', () => answer(failing(status.UNKNOWN, ''))).resume() && true,
  })
  await expect(attempt()).rejects.toMatchObject({
    reason: 'RECEIVER_ERROR',
    message: 'The receiver failed (UNKNOWN) without saying why, after 3.0 MiB were sent.',
  })
})

test('an answer of no success says what the server said, or that it said nothing', async () => {
  for (const [message, told] of [
    ['no room', 'The receiver answered: no room'],
    ['', 'The receiver answered that it was no success, and not why'],
  ] as const) {
    const { attempt } = await sending(MIB, {
      upload: (call, answer) => call.on('end', () => answer(null, { success: false, message })).resume() && true,
    })
    await expect(attempt()).rejects.toMatchObject({ reason: 'INCOMPLETE', message: told })
  }
})

test('an attempt that is stopped while it waits for an answer ends at once, with the reason of its signal', async () => {
  const stop = new AbortController()
  const { attempt } = await sending(MIB, {
    upload: (call) => {
      call.on('end', () => stop.abort(new Error('Stopped.'))).resume()
      return true
    },
  })
  await expect(attempt(stop.signal)).rejects.toThrow('Stopped.')
})

test('an empty file is one empty chunk that is marked as the last', async () => {
  const { server, attempt, finished } = await sending(0)
  expect(await attempt()).toEqual(finished)
  expect(isLastOf(server)).toEqual([0])
})
