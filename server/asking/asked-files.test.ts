// @module-tag slow

import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Metadata } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import type { FileIntegrityStatus } from '../../proto/generated/filetransfer/FileIntegrityStatus.ts'
import type { UploadedChunks } from '../../proto/generated/filetransfer/UploadedChunks.ts'
import type { UploadStatus } from '../../proto/generated/filetransfer/UploadStatus.ts'
import { asked, type Client, connect, md5Of, refusalOf, sendPlain } from '../fixtures/client.ts'
import { dyingReceiver } from '../fixtures/receiver-process.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { secured } from '../fixtures/secured.ts'
import { AskedFiles, type HowFar } from './asked-files.ts'

const data = randomBytes(1000)
const whole = (fileId: string) => [{ fileId, totalSize: data.length, data }]
const half = (fileId: string) => [{ fileId, totalSize: data.length, data: data.subarray(0, 500) }]

/** What a proxy says of whom it passes a call on for. */
function passedOnFor(address: string | undefined): Metadata {
  const metadata = new Metadata()
  if (address !== undefined) metadata.set('x-forwarded-for', address)
  return metadata
}

function query(client: Client, fileId: string, forwardedFor?: string): Promise<UploadedChunks> {
  return asked((done) => client.queryUploadedChunks({ fileId }, passedOnFor(forwardedFor), done))
}

function check(client: Client, fileId: string): Promise<FileIntegrityStatus> {
  return asked((done) => client.checkFileIntegrity({ fileId }, done))
}

/** An `Upload` call that carries nothing, as of a client that has nothing left to send. */
function sendNothing(client: Client, forwardedFor?: string): Promise<UploadStatus> {
  return asked((done) => client.upload(passedOnFor(forwardedFor), done).end())
}

test('a client that finds its file complete and sends nothing hears success, with the name and the MD5', async () => {
  const { client } = await receiving()
  await sendPlain(client, whole('a.bin'))
  await query(client, 'a.bin')
  const told = await sendNothing(client)
  expect(told).toEqual({ success: true, message: `Stored as a.bin, 1000 bytes, MD5 ${md5Of(data)}` })
})

test('so does one that asked for the integrity of its file instead, unless it has just sent it', async () => {
  let nowMs = Date.now()
  const { client } = await receiving(undefined, { now: () => nowMs })
  await sendPlain(client, whole('a.bin'))
  await check(client, 'a.bin')
  await expect(sendNothing(client)).rejects.toThrow(/names no file. Ask QueryUploadedChunks/)
  nowMs += 61_000
  await check(client, 'a.bin')
  expect(await sendNothing(client)).toMatchObject({ success: true, message: expect.stringContaining('a.bin') })
})

test('the question at the end of an upload does not take the place of the one before the next', async () => {
  const { client } = await receiving()
  for (const name of ['a', 'b']) {
    await query(client, name)
    await sendPlain(client, whole(name))
    await check(client, name)
  }
  await query(client, 'b')
  expect(await sendNothing(client)).toMatchObject({ message: expect.stringMatching(/^Stored as b,/) })
})

test('each file that was asked about answers one call, several at once too', async () => {
  const { client } = await receiving()
  const names = ['a', 'b', 'c', 'd']
  for (const name of names) await sendPlain(client, whole(name))
  await Promise.all(names.map((name) => query(client, name)))
  const told = await Promise.all(names.map(() => sendNothing(client)))
  expect(told.map(({ message }) => message.split(/ as |,/)[1]).sort()).toEqual(names)
  expect(await refusalOf(sendNothing(client))).toBe('INVALID_ARGUMENT BAD_ID')
})

test('a file of which a part is stored is no success, and does not keep a complete one from being told', async () => {
  const { client } = await receiving()
  for (const name of ['a', 'b']) await sendPlain(client, whole(name))
  await sendPlain(client, half('half.bin'))
  for (const name of ['half.bin', 'a', 'b']) await query(client, name)
  for (const name of ['a', 'b'])
    expect(await sendNothing(client)).toMatchObject({
      success: true,
      message: expect.stringMatching(`^Stored as ${name},`),
    })
  await expect(sendNothing(client)).rejects.toThrow(/carried no chunk.*“half.bin”, which is not complete/)
})

test('one that nothing is known of may be an empty file: nothing is success before it is begun', async () => {
  const { client, directory } = await receiving()
  await sendPlain(client, whole('whole.bin'))
  for (const name of ['whole.bin', 'empty.bin']) await query(client, name)
  await expect(sendNothing(client)).rejects.toThrow(
    /“empty.bin”, of which nothing is stored.*send it first; an empty file is sent as one/,
  )
  await sendPlain(client, [{ fileId: 'empty.bin', totalSize: 0 }])
  expect(await sendNothing(client)).toMatchObject({ success: true, message: expect.stringContaining('whole.bin') })
  // So may one that was taken away.
  for (const name of ['empty.bin', 'whole.bin']) await query(client, name)
  await rm(join(directory, 'empty.bin'))
  await expect(sendNothing(client)).rejects.toThrow(/“empty.bin”/)
})

test('a file that is being sent on another call does not keep a complete one from being told', async () => {
  const { client } = await receiving()
  await sendPlain(client, whole('done.bin'))
  await query(client, 'done.bin')
  await query(client, 'coming.bin')
  const told = sendNothing(client)
  await sendPlain(client, half('coming.bin'))
  expect(await told).toMatchObject({ success: true, message: expect.stringContaining('done.bin') })
})

test('a file that was taken away, or never asked about, is no success', async () => {
  const { client, directory } = await receiving()
  await sendPlain(client, whole('a.bin'))
  await expect(sendNothing(client)).rejects.toThrow(/names no file. Ask QueryUploadedChunks/)
  await query(client, 'a.bin')
  await rm(join(directory, 'a.bin'))
  expect(await refusalOf(sendNothing(client))).toBe('INVALID_ARGUMENT BAD_ID')
})

test('nobody is answered about what somebody else asked: another device, or another client of the same proxy', async () => {
  const { client } = await receiving()
  await sendPlain(client, whole('a.bin'))
  await query(client, 'a.bin', '192.0.2.1')
  expect(await refusalOf(sendNothing(client, '192.0.2.2'))).toBe('INVALID_ARGUMENT BAD_ID')
  expect(await refusalOf(sendNothing(client))).toBe('INVALID_ARGUMENT BAD_ID')
  expect(await sendNothing(client, '192.0.2.1')).toMatchObject({ success: true })

  const { device } = await secured()
  const [one, other] = [await device(), await device()]
  await sendPlain(one.client, whole('a.bin'))
  await query(one.client, 'a.bin')
  expect(await refusalOf(sendNothing(other.client))).toBe('INVALID_ARGUMENT BAD_ID')
  expect(await sendNothing(one.client)).toMatchObject({ success: true })
})

test('what was asked more than a minute ago counts no more', async () => {
  let nowMs = Date.now()
  const { client } = await receiving(undefined, { now: () => nowMs })
  await sendPlain(client, whole('a.bin'))
  await query(client, 'a.bin')
  nowMs += 61_000
  expect(await refusalOf(sendNothing(client))).toBe('INVALID_ARGUMENT BAD_ID')
})

test('a receiver that ended between the last byte and the answer finishes the file when its client asks and sends nothing', async () => {
  const within = await sandbox()
  const directory = join(within, 'received')
  const dying = await dyingReceiver(directory, 'before', 'link')
  const before = connect(dying.port)
  expect(await refusalOf(sendPlain(before, whole('a.bin')))).toMatch(/^UNAVAILABLE/)
  await dying.ended()
  before.close()

  const { client } = await receiving(within)
  expect(await query(client, 'a.bin')).toMatchObject({ offsets: ['0'] })
  expect(await sendNothing(client)).toMatchObject({ success: true, message: expect.stringContaining(md5Of(data)) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(data) })
})

test('when more was asked than is remembered, nothing is called complete for a minute', async () => {
  let nowMs = 0
  const files = new AskedFiles(() => nowMs)
  const complete = async (name: string): Promise<HowFar> => ({
    kind: 'complete',
    file: { storedAs: name, sizeBytes: 1, digest: { kind: 'md5', hex: '' } },
  })
  for (let file = 0; file <= 1000; file++) files.asked('one', `file-${file}`, 'query')
  await expect(files.answerFor('one', complete)).rejects.toThrow(/too many files/)
  for (let caller = 0; caller < 2000; caller++) files.asked(`caller-${caller}`, 'a', 'query')
  await expect(files.answerFor('caller-1999', complete)).rejects.toThrow(/names no file/)
  nowMs += 60_001
  files.asked('one', 'a', 'query')
  expect(await files.answerFor('one', complete)).toMatchObject({ storedAs: 'a' })
})

test('when more was sent than is remembered, no question whether a file is whole counts for a minute', async () => {
  let nowMs = 0
  const files = new AskedFiles(() => nowMs)
  const complete = async (name: string): Promise<HowFar> => ({
    kind: 'complete',
    file: { storedAs: name, sizeBytes: 1, digest: { kind: 'md5', hex: '' } },
  })
  for (let file = 0; file <= 1000; file++) files.sent('one', `file-${file}`)
  for (const name of ['file-0', 'file-1000', 'never-sent']) files.asked('one', name, 'check')
  await expect(files.answerFor('one', complete)).rejects.toThrow(/names no file/)
  files.asked('one', 'file-0', 'query')
  expect(await files.answerFor('one', complete)).toMatchObject({ storedAs: 'file-0' })
  nowMs += 60_001
  files.asked('one', 'never-sent', 'check')
  expect(await files.answerFor('one', complete)).toMatchObject({ storedAs: 'never-sent' })
})
