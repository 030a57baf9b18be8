// @module-tag slow

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { credentials } from '@grpc/grpc-js'
import { expect, onTestFinished, test } from 'vitest'
import { FileTransferClient } from '../../proto/index.ts'
import { asked, source, upload } from '../fixtures/client.ts'
import { rawSession } from '../fixtures/raw-call.ts'
import { rawConnection } from '../fixtures/raw-frames.ts'
import { receiving, sandbox } from '../fixtures/receiving.ts'
import { secured } from '../fixtures/secured.ts'
import { startReceiver } from '../receiver.ts'

test('[H9] a connection that says nothing, or nothing that is HTTP/2, is closed, and one that speaks stays', async () => {
  const { receiver, client } = await receiving(undefined, { limits: { handshakeMs: 300 } })
  const speaking = rawSession(receiver.port)
  await once(speaking, 'remoteSettings')
  const mute = await rawConnection(receiver.port)
  const half = await rawConnection(receiver.port)
  await half.write(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'))
  const trickling = await rawConnection(receiver.port)
  const trickle = setInterval(() => void trickling.write(Buffer.from('P')), 50)
  await Promise.all([mute, half, trickling].map(({ closed }) => closed))
  clearInterval(trickle)
  expect(speaking.closed).toBe(false)
  expect(await upload(client, source('a.bin', Buffer.from('x')))).toMatchObject({ storedAs: 'a.bin' })
})

test('[H9] over TLS, too: neither a handshake that is not begun, stalls or trickles, nor silence behind it lasts', async () => {
  const { receiver, device } = await secured(undefined, { limits: { handshakeMs: 1_500 } })
  const { client } = await device()
  const hello = await clientHello()
  const mute = await rawConnection(receiver.port)
  const stalling = await rawConnection(receiver.port)
  await stalling.write(hello.subarray(0, hello.length / 2))
  const halfway = await rawConnection(receiver.port)
  // The receiver answers with its certificate, and waits for the client to go on.
  await halfway.write(hello)
  const trickling = await rawConnection(receiver.port)
  let at = 0
  const trickle = setInterval(() => void trickling.write(hello.subarray(at, ++at)), 50)
  const through = connectTls({
    port: receiver.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ALPNProtocols: ['h2'],
  })
  through.on('error', () => 'its end is looked at below')
  const closed = once(through, 'close')
  await once(through, 'secureConnect')
  through.resume()

  await Promise.all([closed, ...[mute, stalling, halfway, trickling].map((one) => one.closed)])
  clearInterval(trickle)
  expect(at, 'it was still on its way').toBeLessThan(hello.length)
  // On a connection that is older than the limit.
  expect(await upload(client, source('a.bin', Buffer.from('x')))).toMatchObject({ storedAs: 'a.bin' })
})

/** What a client says first in a TLS handshake. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const client = connectTls({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ALPNProtocols: ['h2'] })
  client.on('error', () => 'nobody goes on with it')
  const [socket]: Socket[] = await once(server, 'connection')
  const [hello]: Buffer[] = await once(socket ?? expect.unreachable(), 'data')
  client.destroy()
  socket?.destroy()
  return hello ?? expect.unreachable()
}

test('[H11] connections are counted for each address and in total, and a place that is left is free again', async () => {
  const limits = { maxConnections: 5, maxConnectionsPerAddress: 2, handshakeMs: 60_000 }
  const { receiver } = await receiving(undefined, { limits })
  const from = (address: string) => rawConnection(receiver.port, address)
  const [first] = [await from('127.0.0.1'), await from('127.0.0.1')]
  await (await from('127.0.0.1')).closed
  for (const address of ['127.0.0.2', '127.0.0.2', '127.0.0.3']) await from(address)
  // Each address has room, but the receiver has not.
  await (await from('127.0.0.4')).closed

  first?.socket.destroy()
  const { client } = clientOf(`127.0.0.1:${receiver.port}`)
  await expect.poll(() => asked((done) => client.getReceiverInfo({}, done)), { timeout: 20_000 }).toBeTruthy()
})

function clientOf(address: string) {
  const client = new FileTransferClient(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 })
  onTestFinished(() => client.close())
  return { client }
}

test.each([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '127.0.0.1'],
  ['::1', '[::1]'],
  ['localhost', 'localhost'],
])('a receiver on %s is reached at %s', async (host, reachedAt) => {
  const { receiver } = await receiving(undefined, { host })
  const { client } = clientOf(`${reachedAt}:${receiver.port}`)
  expect(await asked((done) => client.getReceiverInfo({}, done))).toHaveProperty('name')
})

test('an address that cannot be listened on is refused with a sentence', async () => {
  const listening = async (host: string, port: number) =>
    startReceiver({ directory: await sandbox(), host, port }).then((receiver) => receiver.close())
  const taken = createServer().listen(0, '::1')
  onTestFinished(() => void taken.close())
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  await expect(listening('::1', port)).rejects.toThrow(`Cannot listen on [::1]:${port}: the port is in use.`)
  await expect(listening('192.0.2.1', 0)).rejects.toThrow('192.0.2.1:0: this machine has no such address.')
})

test('a receiver that closes lets go of connections that never said anything', async () => {
  const { receiver } = await receiving()
  const mute = await rawConnection(receiver.port)
  const idle = rawSession(receiver.port)
  await once(idle, 'remoteSettings')
  const gone = [mute.closed, once(idle, 'close')]
  await receiver.close()
  await Promise.all(gone)
})
