import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { healthService } from '../../proto/health.ts'
import { fileTransferService, pairingService } from '../../proto/index.ts'
import { MAX_MESSAGE_BYTES } from '../../proto/limits.ts'
import { reflectionServices } from '../../proto/reflection.ts'
import { asked, refusalOf } from '../../server/fixtures/client.ts'
import { framed, rawSession } from '../../server/fixtures/raw-call.ts'
import { clientOf } from '../../server/fixtures/receiving.ts'
import { callOf, callPath, field, mustServe, sendAs, showing } from './asking-receiver.ts'
import { startVictim } from './receiver.ts'

/** Every call that a receiver knows. */
const paths = [fileTransferService, pairingService, healthService, ...reflectionServices].flatMap((service) =>
  Object.values(service).map(({ path }) => String(path)),
)

/** So many empty elements of field 1. */
function emptyElements(count: number): Buffer {
  const body = Buffer.alloc(2 * count)
  for (let at = 0; at < body.length; at += 2) body[at] = 0x0a
  return body
}

test('no call unpacks what is compressed: health, reflection, pairing and calls that nobody knows refuse it as all others do', async () => {
  const receiver = await startVictim({ access: 'tokens', flags: ['--reflection'] })
  const token = receiver.token()
  const bomb = framed(gzipSync(Buffer.alloc(MAX_MESSAGE_BYTES - 64)), { compressed: true })
  for (const path of [...paths, '/nobody.Knows/This']) {
    const session = rawSession(receiver.port)
    const calls = Array.from({ length: 60 }, () => {
      const { stream, ended } = callOf(session, path, token, { 'grpc-encoding': 'gzip' })
      stream.end(bomb)
      return ended
    })
    const isKnown = paths.includes(path)
    expect([path, new Set(await Promise.all(calls))]).toEqual([path, new Set([isKnown ? '12 COMPRESSED' : '12'])])
    session.destroy()
  }
  // Naming an encoding without using it is what some clients do.
  const { stream, ended } = callOf(rawSession(receiver.port), callPath('GetReceiverInfo'), undefined, {
    'grpc-encoding': 'gzip',
  })
  stream.end(framed(Buffer.alloc(0)))
  expect(await ended).toBe('0')
  await mustServe(receiver, token)
})

test('no call takes a message that is longer than its own kind can be, and none keeps what it was asked', async () => {
  const receiver = await startVictim({ access: 'tokens', flags: ['--reflection'] })
  const token = receiver.token()
  // What is behind the beginning is never looked at.
  const long = framed(field(1, Buffer.alloc(1024 * 1024 + 1, 97)), { length: 15 * 1024 * 1024 })
  const withChunks = new Set(['Upload', 'UploadChunks', 'PutFiles'].map(callPath))
  for (const path of paths.filter((one) => !withChunks.has(one))) {
    const session = rawSession(receiver.port)
    const calls = Array.from({ length: 8 }, () => {
      const { stream, ended } = callOf(session, path, token)
      stream.end(long)
      return ended
    })
    expect([path, new Set(await Promise.all(calls))]).toEqual([path, new Set(['8 MESSAGE_TOO_LONG'])])
    session.destroy()
  }
  // Of those that take long ones, none takes a long id, however it is cut; nor millions of fields.
  for (const path of withChunks) {
    for (const body of [field(1, Buffer.alloc(6 * 1024 * 1024, 97)), emptyElements(3_000_000)]) {
      const { stream, ended } = callOf(rawSession(receiver.port), path, token)
      stream.end(framed(body))
      expect([path, await ended]).toEqual([path, '8 MESSAGE_TOO_LONG'])
    }
  }
  await mustServe(receiver, token)
})

test('elements are counted before they are made: CheckPaths with millions of empty ones holds nobody up', async () => {
  const receiver = await startVictim({ access: 'tokens' })
  const token = receiver.token()
  const session = rawSession(receiver.port)
  // Just within its length, and within none of its counts.
  for (const body of [emptyElements(500_000), field(1, emptyElements(500_000))]) {
    const calls = Array.from({ length: 20 }, () => {
      const { stream, ended } = callOf(session, callPath('CheckPaths'), token)
      stream.end(framed(body))
      return ended
    })
    // What so many calls hold at the same moment may be too much before one of them is.
    // What so many calls hold at the same moment may be too much before one of them is.
    for (const answer of await Promise.all(calls)) expect(['8 MESSAGE_TOO_LONG', '8 HOLDS_TOO_MUCH']).toContain(answer)
  }
  const client = clientOf(receiver)
  const many = { paths: Array.from({ length: 1001 }, () => ({ path: ['a'], size: 1 })) }
  expect(await refusalOf(asked((done) => client.checkPaths(many, showing(token), done)))).toBe(
    'INVALID_ARGUMENT BAD_LENGTH',
  )
  await mustServe(receiver, token)
})

test('what one device asks about at once is bounded: the longest CheckPaths on every stream leaves another device an answer', async () => {
  const receiver = await startVictim({ access: 'tokens' })
  const [greedy, honest] = [receiver.token(), receiver.token()]
  const path = field(1, Buffer.concat(Array.from({ length: 128 }, () => field(1, Buffer.from('ﬁléß')))))
  const body = Buffer.concat(Array.from({ length: 800 }, () => path))
  const ended: Promise<string>[] = []
  for (let connection = 0; connection < 12; connection++) {
    const session = rawSession(receiver.port)
    for (let call = 0; call < 8; call++) {
      const checking = callOf(session, callPath('CheckPaths'), greedy)
      checking.stream.end(framed(body))
      ended.push(checking.ended)
    }
  }
  await sendAs(clientOf(receiver), honest)
  const told = new Set(await Promise.all(ended))
  expect(told).toContain('0')
  expect(told).toContain('8 HOLDS_TOO_MUCH')
  await mustServe(receiver, honest)
}, 120_000)

test('names that are too long are in no ledger, and unread lists hold a few answers', async () => {
  const receiver = await startVictim({ access: 'tokens' })
  const token = receiver.token()
  const client = clientOf(receiver)
  const beginWith = (path: string[], index: number) =>
    asked((done) =>
      client.beginUpload({ uploadKey: `upload-key-of-${index}-xxxx`, path, size: 1 }, showing(token), done),
    )
  expect(await refusalOf(beginWith(['x'.repeat(15_000_000)], 0))).toBe('RESOURCE_EXHAUSTED MESSAGE_TOO_LONG')
  expect(await refusalOf(beginWith(['x'.repeat(30_000)], 0))).toBe('INVALID_ARGUMENT BAD_NAME')
  expect(await refusalOf(beginWith(Array<string>(100).fill('x'.repeat(250)), 0))).toBe('INVALID_ARGUMENT BAD_NAME')
  for (let at = 0; at < 900; at += 100)
    await Promise.all(Array.from({ length: 100 }, (_, index) => beginWith(['y'.repeat(8_900)], at + index)))
  const before = receiver.peakMib() ?? 0
  for (let list = 0; list < 60; list++) {
    const call = client.listUploads({}, showing(token))
    call.on('error', () => 'ended with the test')
    call.pause()
    onTestFinished(() => call.cancel())
  }
  await delay(5000)
  // Unread, 60 lists of 900 names of 9 KB would be 480 MB.
  expect((receiver.peakMib() ?? 0) - before).toBeLessThan(150)
  await mustServe(receiver, token)
}, 120_000)

test('messages that are whole and that nobody works on count: thousands of empty ones in each frame', async () => {
  const receiver = await startVictim({ access: 'tokens' })
  const token = receiver.token()
  const flood = Buffer.alloc(5 * 200_000)
  for (let connection = 0; connection < 8; connection++) {
    const session = rawSession(receiver.port)
    for (let call = 0; call < 100; call++)
      callOf(session, callPath(call % 2 ? 'PutFiles' : 'Upload'), token).stream.write(flood)
  }
  await delay(3000)
  await mustServe(receiver, token)
})

test('a plain client that sends chunks of sixteen megabytes goes on, on several calls at once', async () => {
  const receiver = await startVictim({ access: 'tokens' })
  const token = receiver.token()
  const client = clientOf(receiver)
  const data = Buffer.alloc(MAX_MESSAGE_BYTES - 200, 5)
  const statuses = Array.from({ length: 4 }, (_, file) =>
    asked<{ readonly success: boolean }>((done) => {
      const call = client.upload(showing(token), done)
      const totalSize = 3 * data.length
      for (let chunk = 0; chunk < 3; chunk++)
        call.write({ fileId: `long-${file}`, offset: chunk * data.length, totalSize, data })
      call.end()
    }),
  )
  expect((await Promise.all(statuses)).map(({ success }) => success)).toEqual(Array(4).fill(true))
  expect(readdirSync(receiver.directory).filter((name) => name.startsWith('long-'))).toHaveLength(4)
  expect(readFileSync(join(receiver.directory, 'long-0')).length).toBe(3 * data.length)
})
