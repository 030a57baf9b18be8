import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { listenOnLoopback } from '../../../test/support/net/listen.ts'
import { startTlsFront } from '../../../test/support/net/tls-front.ts'
import { makeIdentity } from '../../../test/support/net/tls-identity.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { withReceiver } from '../../../test/support/with-receiver.ts'
import { probe } from './probe.ts'

const never = new AbortController().signal

/** A server that does this to each connection; answers its address. */
async function listening(greet: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    greet(socket)
  })
  onTestFinished(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return `127.0.0.1:${await listenOnLoopback(server)}`
}

test('an encrypted receiver shows its certificate, and hears nothing', async () => {
  const identity = await makeIdentity()
  const front = await startTlsFront(identity)
  expect(await probe(front.address, never)).toEqual({
    kind: 'tls',
    certificateDer: identity.der,
    fingerprint: identity.fingerprint,
  })
  expect(front.bytesUnderstood()).toBe(0)
})

test('a receiver without encryption is told from one with', async () => {
  const receiver = await withReceiver(tempDir())
  expect(await probe(receiver.address, never)).toEqual({ kind: 'plaintext' })
})

test('[B14] a web server, an encrypted one and one that speaks first are no receivers', async () => {
  const web = createHttpServer((_, response) => response.end('hello'))
  const { certificatePem, keyPem } = await makeIdentity()
  const secureWeb = createTlsServer({ cert: certificatePem, key: keyPem, ALPNProtocols: ['http/1.1'] })
  const oldSecureWeb = createTlsServer({ cert: certificatePem, key: keyPem })
  onTestFinished(() => {
    for (const server of [web, secureWeb, oldSecureWeb]) server.close()
  })
  const ports = [await listenOnLoopback(web), await listenOnLoopback(secureWeb), await listenOnLoopback(oldSecureWeb)]
  const mail = await listening((socket) => socket.write('220 mail.example ESMTP ready\r\n'))
  for (const address of [...ports.map((port) => `127.0.0.1:${port}`), mail]) {
    expect(await probe(address, never), address).toEqual({ kind: 'not-a-receiver' })
  }
})

test('what is not there, or hangs up without a word, cannot be reached', async () => {
  const hangsUp = await listening((socket) => socket.end())
  for (const address of ['127.0.0.1:1', 'nowhere.invalid:50051', hangsUp]) {
    await expect(probe(address, never), address).rejects.toMatchObject({ reason: 'UNREACHABLE', remedy: 'retry' })
  }
})

test('what says nothing at all is given up, or earlier when nobody wants to know any more', async () => {
  const mute = await listening(() => undefined)
  const bored = new AbortController()
  const waiting = probe(mute, bored.signal)
  bored.abort(new Error('Bored.'))
  await expect(waiting).rejects.toThrow('Bored.')
  await expect(probe(mute, never)).rejects.toMatchObject({ reason: 'UNREACHABLE' })
})
