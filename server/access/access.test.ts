import { randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Metadata, type ServiceError } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addDevice, revokeDevice } from '../devices/device.ts'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  finish,
  md5Of,
  openStream,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../fixtures/client.ts'
import { filesIn } from '../fixtures/receiving.ts'
import { secured } from '../fixtures/secured.ts'

const UNKNOWN = 'NOT_FOUND UNKNOWN_UPLOAD'
const fileId = '0'.repeat(32)

async function drained(call: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = []
  for await (const message of call) seen.push(message)
  return seen
}

/** Every call that needs a token, with something in it that would leave a trace. */
const calls: Record<string, (client: Client) => Promise<unknown>> = {
  BeginUpload: (client) => begin(client, source('a.bin', randomBytes(10))),
  UploadChunks: (client) => send(client, { fileId, generation: '1' } as never, [{ offset: 0, data: randomBytes(9) }]),
  FinishUpload: (client) => drained(client.finishUpload({ fileId, generation: 1, md5: '0'.repeat(32) })),
  AbortUpload: (client) => asked((done) => client.abortUpload({ fileId }, done)),
  ListUploads: (client) => drained(client.listUploads({})),
  MakeFolder: (client) => asked((done) => client.makeFolder({ path: ['made'] }, done)),
  CheckPaths: (client) => asked((done) => client.checkPaths({ paths: [{ path: ['a.bin'], size: 1 }] }, done)),
  Upload: (client) => sendPlain(client, [{ fileId: 'plain', offset: 0, totalSize: 3, data: Buffer.from('abc') }]),
  QueryUploadedChunks: (client) => asked((done) => client.queryUploadedChunks({ fileId: 'a', fileName: 'b' }, done)),
  CheckFileIntegrity: (client) => asked((done) => client.checkFileIntegrity({ fileId: 'a' }, done)),
}

/**
 * Everything below a folder, with what a touch would change. Who receives there is left out: a clock of its own writes
 * it.
 */
async function treeOf(folder: string): Promise<string[]> {
  const seen: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (path.includes('/.longshore/occupants')) continue
    const { size, mtimeMs, ino } = await stat(path)
    seen.push(`${path} ${size} ${mtimeMs} ${ino}`)
  }
  return seen.sort()
}

test('[H1] without a token, and with any that is wrong, every call is refused alike and touches nothing', async () => {
  const { directory, stateDirectory, clientWith, device } = await secured()
  const { token } = await device()
  const { device: revoked, token: gone } = await addDevice(stateDirectory, { name: 'old', mayOverwrite: true }, 0)
  await revokeDevice(stateDirectory, revoked.id)
  const [id = ''] = token.split('.')
  const last = token.at(-1) === 'A' ? 'E' : 'A'
  const wrong = [undefined, '', 'nonsense', `${id}.`, `${token}x`, token.slice(0, -1) + last, gone, `${token} ${token}`]
  const before = await treeOf(directory)
  const answers = new Set<string>()
  for (const given of wrong) {
    const client = await clientWith(given)
    for (const call of Object.values(calls)) {
      const error: ServiceError = await call(client).then(
        () => expect.unreachable('A call was let in.'),
        (refusal) => refusal,
      )
      answers.add(`${await refusalOf(Promise.reject(error))}: ${error.details}`)
    }
  }
  expect([...answers]).toEqual(['UNAUTHENTICATED NO_TOKEN: This receiver does not know the device; pair it first.'])
  expect(await treeOf(directory)).toEqual(before)
})

test('[H1] a token in any other place, and what a client says about itself, are no token', async () => {
  const { client, device } = await secured()
  const { token, device: known } = await device()
  for (const headers of [
    [['authorization', token]],
    [['authorization', `Basic ${token}`]],
    [['x-authorization', `Bearer ${token}`]],
    [['caller', JSON.stringify({ kind: 'device', device: known })]],
  ]) {
    const metadata = new Metadata()
    for (const [key = '', value = ''] of headers) metadata.add(key, value)
    const call = asked((done) => client.makeFolder({ path: ['x'] }, metadata, done))
    expect(await refusalOf(call)).toBe('UNAUTHENTICATED NO_TOKEN')
  }
})

test('a token that another process made is good at once', async () => {
  const { stateDirectory, clientWith } = await secured()
  for (let round = 0; round < 5; round++) {
    const { token } = await addDevice(stateDirectory, { name: `program ${round}`, mayOverwrite: true }, Date.now())
    await begin(await clientWith(token), source(`${round}.bin`, randomBytes(10)))
  }
})

test('until it is paired a device learns who the receiver is, and not what is in it', async () => {
  const { client, device } = await secured()
  const info = { name: 'attic', access: 'PAIRING_NEEDED', freeBytes: '0', protocolMax: 1 }
  expect(await asked((done) => client.getReceiverInfo({}, done))).toMatchObject(info)
  const paired = await device()
  const { access, freeBytes } = await asked<{ access: string; freeBytes: string }>((done) =>
    paired.client.getReceiverInfo({}, done),
  )
  expect([access, Number(freeBytes) > 0]).toEqual(['PAIRED', true])
})

test('a device sends a file over an encrypted connection, also as a plain client, and the receiver keeps no token', async () => {
  const { directory, stateDirectory, device } = await secured()
  const { client, token } = await device()
  const file = source('a/b.bin', randomBytes(CHUNK_BYTES + 3))

  await upload(client, file)
  const plain = await sendPlain(client, [{ fileId: 'p.bin', offset: 0, totalSize: 3, data: Buffer.from('abc') }])

  expect(plain.success).toBe(true)
  expect(await filesIn(directory)).toEqual({ 'a/b.bin': md5Of(file.data), 'p.bin': md5Of(Buffer.from('abc')) })
  const [, secret = ''] = token.split('.')
  for (const entry of await readdir(stateDirectory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) expect(await readFile(join(entry.parentPath, entry.name), 'latin1')).not.toContain(secret)
  }
})

test('only the owner of the receiver may read what it keeps about devices and codes', async () => {
  const { stateDirectory, device } = await secured()
  const { device: known } = await device()
  const modeOf = async (path: string) => ((await stat(join(stateDirectory, path))).mode & 0o777).toString(8)
  for (const folder of ['.', 'devices', 'identity']) expect(await modeOf(folder), folder).toBe('700')
  for (const file of [`devices/${known.id}.json`, 'identity/identity.pem', 'pairing.json', 'listening.json'])
    expect(await modeOf(file), file).toBe('600')
})

test('[H2] a device that is revoked in the middle is cut off, and what it began is not given to anybody', async () => {
  const { stateDirectory, device } = await secured()
  const [mine, other] = [await device(), await device()]
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  const begun = await begin(mine.client, file)
  const stream = openStream(mine.client, begun)
  stream.call.write(chunksOf(file)[0] ?? {})
  await stream.next()

  await revokeDevice(stateDirectory, mine.device.id)

  // Nothing is sent: the receiver ends the stream by itself.
  expect(await refusalOf(stream.acks)).toBe('UNAUTHENTICATED NO_TOKEN')
  expect(await refusalOf(begin(mine.client, file))).toBe('UNAUTHENTICATED NO_TOKEN')
  expect(await refusalOf(send(other.client, begun, chunksOf(file)))).toBe(UNKNOWN)
  await upload(other.client, source('b.bin', randomBytes(5)))
})

test('[H2] a call that was let in before the device was revoked does nothing after', async () => {
  const { stateDirectory, directory, device } = await secured()
  const mine = await device()
  const other = await device()
  const call = mine.client.upload(() => 'looked at below')
  const ended = new Promise<number>((resolve) => call.on('status', ({ code }) => resolve(code)))
  call.on('error', () => 'looked at below')
  // The headers are there when a later call on the same connection is answered.
  await asked((done) => mine.client.getReceiverInfo({}, done))

  await revokeDevice(stateDirectory, mine.device.id)
  expect(await ended).toBe(16)
  call.write({ fileId: 'late', offset: 0, totalSize: 3, data: Buffer.from('abc') })
  call.end()

  await upload(other.client, source('b.bin', randomBytes(5)))
  expect(Object.keys(await filesIn(directory))).toEqual(['b.bin'])
})

test('[H2] a device whose time is over is told so, in the middle of a stream, too', async () => {
  let nowMs = 1_000_000
  const { device } = await secured(undefined, { now: () => nowMs })
  const mine = await device({ expiresAtMs: 2_000_000 })
  const stream = openStream(mine.client, await begin(mine.client, source('a.bin', randomBytes(2 * CHUNK_BYTES))))
  nowMs = 2_000_000
  expect(await refusalOf(stream.acks)).toBe('UNAUTHENTICATED TOKEN_EXPIRED')
  expect(await refusalOf(begin(mine.client, source('b.bin', randomBytes(1))))).toBe('UNAUTHENTICATED TOKEN_EXPIRED')
  expect(await asked((done) => mine.client.getReceiverInfo({}, done))).toMatchObject({ access: 'PAIRING_NEEDED' })
})

/** A receiver and a device whose time is over as soon as its calls have been let in. */
async function lettingIn() {
  let looksLeft = Number.POSITIVE_INFINITY
  const begunAtMs = Date.now()
  const now = () => (looksLeft-- > 0 ? begunAtMs : begunAtMs + 60_000)
  const attic = await secured(undefined, { now })
  const { client } = await attic.device({ expiresAtMs: begunAtMs + 30_000 })
  /** Once when the headers of the next call come, and once when its handler begins. */
  const letIn = (looks = 2) => {
    looksLeft = looks
  }
  return { ...attic, client, letIn, goBack: () => letIn(Number.POSITIVE_INFINITY) }
}

test('[H2] what is being verified when the time of its device is over becomes no file, and is kept', async () => {
  const { receiver, client, directory, letIn, goBack } = await lettingIn()
  const stored: string[] = []
  receiver.onStored(({ name }) => stored.push(name))
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  letIn()
  expect(await refusalOf(finish(client, begun, file.data))).toBe('UNAUTHENTICATED TOKEN_EXPIRED')
  goBack()
  // Waits for a verification that would still be running.
  const again = await begin(client, file)
  expect(again).toMatchObject({ finished: null, stored: [{ start: '0', end: String(file.data.length) }] })
  expect([stored, await filesIn(directory)]).toEqual([[], {}])
  await finish(client, again, file.data)
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[H2] a plain client whose time is over while its file is verified gets no file, either', async () => {
  const { client, directory, letIn, goBack } = await lettingIn()
  const data = randomBytes(2 * CHUNK_BYTES)
  const chunk = (offset: number) => ({
    fileId: 'p.bin',
    offset,
    totalSize: data.length,
    data: data.subarray(offset, offset + CHUNK_BYTES),
  })
  // And once for each chunk, and for the time at which the file was begun.
  letIn(5)
  expect(await refusalOf(sendPlain(client, [chunk(0), chunk(CHUNK_BYTES)]))).toBe('UNAUTHENTICATED TOKEN_EXPIRED')
  goBack()
  await upload(client, source('b.bin', randomBytes(5)))
  expect(Object.keys(await filesIn(directory))).toEqual(['b.bin'])
})
