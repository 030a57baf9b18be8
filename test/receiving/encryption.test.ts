import { X509Certificate } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Route, Security } from '../../main/engine/engine.ts'
import { attestSuccession, fingerprintOf } from '../../proto/identity.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { listenOnLoopback } from '../support/net/listen.ts'
import { startProxy } from '../support/net/proxy.ts'
import { startTlsFront } from '../support/net/tls-front.ts'
import { makeIdentity, type TlsIdentity } from '../support/net/tls-identity.ts'
import { startPairingReceiver } from '../support/pairing-receiver.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const TOKEN = 'device-1.c2VjcmV0LXRoYXQtbm9ib2R5LW1heS1zZWU'

function pinnedTo({ certificatePem }: TlsIdentity, token = TOKEN): Security {
  return { kind: 'pinned', certificatePem, token }
}

/** A real receiver behind a certificate, and where it stores. */
async function encryptedReceiver(identity: TlsIdentity) {
  const there = tempDir()
  const receiver = await withReceiver(there)
  return { there, receiver, front: await startTlsFront(identity, () => receiver.port) }
}

/** What is in a receiving folder besides the receiver's own state. */
function arrived(directory: string): string[] {
  return readdirSync(directory).filter((name) => !name.startsWith('.'))
}

/** An environment in which Node itself would not verify anything. */
function withoutVerification(): void {
  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
  onTestFinished(() => {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before
  })
}

test('[B9] a bit that flips under encryption ends the connection, and the file arrives all the same', async () => {
  const identity = await makeIdentity()
  const { there, front } = await encryptedReceiver(identity)
  const proxy = await startProxy(() => front.port)
  proxy.flipBitAt(5 * CHUNK_BYTES + 77)
  const route: Route = { address: `127.0.0.1:${proxy.port}`, security: pinnedTo(identity) }
  const engine = await withEngine({ routeTo: () => route, options: { connections: 1 } })
  const reasons = new Set<string>()
  engine.onChange(({ changed }) => {
    for (const { status } of changed) if (status.kind === 'interrupted') reasons.add(status.reason)
  })
  const file = join(tempDir(), 'film.mov')
  const md5 = makeFile(file, 16 * CHUNK_BYTES)
  await addTo(engine, [file], { receiver: 'box' })
  const [done] = await untilKind(engine, 'done')
  expect(done?.digest?.hex).toBe(md5)
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  expect([...reasons]).toEqual(['UNREACHABLE'])
  expect(Number(done?.bytesSent)).toBeGreaterThan(16 * CHUNK_BYTES)
  expect(Number(done?.bytesSent)).toBeLessThan(32 * CHUNK_BYTES)
})

test.each([
  ['[H3] a receiver with another certificate', () => undefined],
  ['[H8] where the environment turns verification off, a receiver with another certificate', withoutVerification],
])('%s learns nothing, and every upload to it stops', async (_, prepare) => {
  prepare()
  const [paired, stranger] = [await makeIdentity(), await makeIdentity()]
  const impostor = await startPairingReceiver(stranger)
  impostor.tokens.add(TOKEN)
  const engine = await withEngine({
    routeTo: () => ({ address: impostor.address, security: pinnedTo(paired) }),
    options: { filesAtOnce: 1 },
  })
  const here = tempDir()
  const files = ['a', 'b', 'c', 'd'].map((name) => join(here, name))
  for (const file of files) makeFile(file, 10)
  await addTo(engine, files, { receiver: 'box' })
  for (const { reason, message } of await untilKind(engine, 'failed')) {
    expect(reason).toBe('IDENTITY_CHANGED')
    expect(message).toContain(paired.fingerprint)
    expect(message).toContain(stranger.fingerprint)
  }
  // It was asked once how it came by its certificate, by somebody who did not say who.
  expect(impostor.seen).toEqual([{ method: 'GetReceiverInfo', authorization: undefined }])
})

test('[B13] when the name of a receiver leads to another one, nothing arrives there', async () => {
  const [home, elsewhere] = [await makeIdentity(), await makeIdentity()]
  const other = await encryptedReceiver(elsewhere)
  const engine = await withEngine({ routeTo: () => ({ address: other.front.address, security: pinnedTo(home) }) })
  const file = join(tempDir(), 'a.bin')
  makeFile(file, 10)
  await addTo(engine, [file], { receiver: 'box' })
  expect((await untilKind(engine, 'failed'))[0]?.reason).toBe('IDENTITY_CHANGED')
  expect(arrived(other.there)).toEqual([])
})

test('[B5] a receiver that moved is sent to where it is now, and only what is missing', async () => {
  const identity = await makeIdentity()
  const { there, receiver, front } = await encryptedReceiver(identity)
  const proxy = await startProxy(() => front.port)
  const route = { address: `127.0.0.1:${proxy.port}`, security: pinnedTo(identity) }
  const engine = await withEngine({ routeTo: () => route })
  const file = join(tempDir(), 'film.mov')
  const size = 24 * CHUNK_BYTES
  const md5 = makeFile(file, size)
  proxy.holdAfter(size / 2)
  await addTo(engine, [file], { receiver: 'box' })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored > size / 4)
  const newFront = await startTlsFront(identity, () => receiver.port)
  route.address = newFront.address
  proxy.cut()
  const [done] = await untilKind(engine, 'done')
  expect(done?.digest?.hex).toBe(md5)
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  expect(Number(done?.bytesSent)).toBeLessThan(size + 17 * CHUNK_BYTES)
})

test('a new certificate that the old one vouches for is followed at once; the token goes only to that one', async () => {
  const [old, next] = [await makeIdentity(), await makeIdentity()]
  const receiver = await startPairingReceiver(next)
  receiver.tokens.add(TOKEN)
  receiver.successions.push(attestSuccession(old.der, old.keyPem, next.der))
  const followed: (readonly [string, string])[] = []
  const engine = await withEngine({
    routeTo: () => ({ address: receiver.address, security: pinnedTo(old) }),
    onSuccession: (name, pem) => followed.push([name, fingerprintOf(new X509Certificate(pem).raw)]),
  })
  const file = join(tempDir(), 'a.bin')
  makeFile(file, 10)
  await addTo(engine, [file], { receiver: 'box' })
  // This one lets nobody store anything, which is as far as the way has to go here.
  await untilKind(engine, 'failed')
  expect(followed).toEqual([['box', next.fingerprint]])
  expect(receiver.seen.slice(0, 2)).toEqual([
    { method: 'GetReceiverInfo', authorization: undefined },
    { method: 'GetReceiverInfo', authorization: `Bearer ${TOKEN}` },
  ])
})

test('[H5] a receiver that gives up its encryption gets neither token nor file', async () => {
  const heard: Buffer[] = []
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])
  const server = createServer((socket) => {
    socket.on('data', (data) => heard.push(data)).on('error', () => socket.destroy())
    socket.write(settings)
  })
  onTestFinished(() => void server.close())
  const address = `127.0.0.1:${await listenOnLoopback(server)}`
  const paired = await makeIdentity()
  const engine = await withEngine({ routeTo: () => ({ address, security: pinnedTo(paired) }) })
  const file = join(tempDir(), 'a.bin')
  makeFile(file, 10)
  await addTo(engine, [file], { receiver: 'box' })
  const [failed] = await untilKind(engine, 'failed')
  expect(failed).toMatchObject({ reason: 'NOT_ENCRYPTED', message: expect.stringContaining('nothing was sent') })
  expect(heard.length).toBeGreaterThan(0)
  const said = Buffer.concat(heard).toString('latin1')
  expect(said).not.toContain(TOKEN)
  expect(said).not.toContain('filetransfer')
})

test('[H5] a receiver that asks for encryption is not sent to without, and the sentence says what to do', async () => {
  const { there, front } = await encryptedReceiver(await makeIdentity())
  const engine = await withEngine()
  const file = join(tempDir(), 'a.bin')
  makeFile(file, 10)
  await addTo(engine, [file], { receiver: front.address })
  const [failed] = await untilKind(engine, 'failed')
  expect(failed).toMatchObject({ reason: 'NEEDS_ENCRYPTION', message: expect.stringContaining('Pair with it first') })
  expect(arrived(there)).toEqual([])
})

test('a receiver that does not know this device is asked for nothing, and after pairing the uploads go on', async () => {
  const identity = await makeIdentity()
  const receiver = await startPairingReceiver(identity)
  const { there, front } = await encryptedReceiver(identity)
  const route = { address: receiver.address, security: pinnedTo(identity) }
  const engine = await withEngine({ routeTo: () => route })
  const here = tempDir()
  const files = [join(here, 'a'), join(here, 'b')]
  for (const file of files) makeFile(file, 10)
  const { ids } = await addTo(engine, files, { receiver: 'box' })
  expect((await untilKind(engine, 'failed')).map(({ reason }) => reason)).toEqual(['NOT_PAIRED', 'NOT_PAIRED'])
  expect(new Set(receiver.seen.map(({ method }) => method))).toEqual(new Set(['GetReceiverInfo']))
  route.address = front.address
  engine.retry(ids)
  await untilKind(engine, 'done')
  expect(arrived(there)).toEqual(['a', 'b'])
})

test.each([
  ['expired', { notAfter: new Date('2001-01-01T00:00:00Z') }],
  ['not valid yet', { notBefore: new Date('2098-01-01T00:00:00Z') }],
])('[H4] a certificate that is %s is named as that, even when it is pinned', async (_, validity) => {
  const identity = await makeIdentity(validity)
  const { there, front } = await encryptedReceiver(identity)
  const engine = await withEngine({ routeTo: () => ({ address: front.address, security: pinnedTo(identity) }) })
  const file = join(tempDir(), 'a.bin')
  makeFile(file, 10)
  await addTo(engine, [file], { receiver: 'box' })
  const [failed] = await untilKind(engine, 'failed')
  expect(failed).toMatchObject({ reason: 'CERTIFICATE_NOT_VALID', message: expect.stringContaining('date') })
  expect(arrived(there)).toEqual([])
})

test('with authorities instead of a pin, the host has to be in a certificate of theirs', async () => {
  const here = tempDir()
  const file = join(here, 'a.bin')
  makeFile(file, 10)
  const [real, pretended] = [await makeIdentity({ hosts: ['localhost', '127.0.0.1'] }), await makeIdentity()]
  const { there, front } = await encryptedReceiver(real)
  const elsewhere = await makeIdentity({ hosts: ['elsewhere.example'] })
  const misnamed = await encryptedReceiver(elsewhere)
  const over = async (host: string, caPem?: string, port = front.port) => {
    const security: Security = { kind: 'authority', ...(caPem !== undefined && { caPem }), token: TOKEN }
    const engine = await withEngine({ routeTo: () => ({ address: `${host}:${port}`, security }) })
    await addTo(engine, [file], { receiver: 'box', onConflict: 'overwrite' })
    const [upload] = await untilAll(engine, ({ status }) => ['done', 'failed'].includes(status.kind))
    return upload?.status.kind === 'failed' ? upload.status.reason : upload?.status.kind
  }
  expect(await over('localhost', pretended.certificatePem)).toBe('NOT_TRUSTED')
  expect(await over('localhost')).toBe('NOT_TRUSTED')
  expect(await over('localhost', elsewhere.certificatePem, misnamed.front.port)).toBe('NOT_TRUSTED')
  expect(await over('127.0.0.1', elsewhere.certificatePem, misnamed.front.port)).toBe('NOT_TRUSTED')
  expect([...arrived(there), ...arrived(misnamed.there)]).toEqual([])
  expect(await over('localhost', real.certificatePem)).toBe('done')
  expect(await over('127.0.0.1', real.certificatePem)).toBe('done')
})
