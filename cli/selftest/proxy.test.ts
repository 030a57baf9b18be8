import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { listenOnLoopback } from '../../test/support/net/listen.ts'
import { createNoise } from './files.ts'
import { type FaultyProxy, startFaultyProxy } from './proxy.ts'
import { createRandom } from './random.ts'

/** A connection through a proxy to a server that keeps what it gets. */
async function throughProxy(): Promise<{
  proxy: FaultyProxy
  client: Socket
  arrived: () => Buffer
  flips: () => number
}> {
  const blocks: Buffer[] = []
  const server = createServer((socket) => {
    socket.on('data', (block) => blocks.push(block))
    socket.on('error', () => socket.destroy())
  })
  const target = await listenOnLoopback(server)
  let flips = 0
  const proxy = await startFaultyProxy({
    targetPort: () => target,
    random: createRandom(3),
    onForwarded: () => {},
    onFlipped: () => {
      flips += 1
    },
  })
  const client = connect(proxy.port, '127.0.0.1')
  await once(client, 'connect')
  onTestFinished(async () => {
    client.destroy()
    await proxy.close()
    server.close()
  })
  return { proxy, client, arrived: () => Buffer.concat(blocks), flips: () => flips }
}

test('exactly one bit of file content is flipped, and never one of anything else', async () => {
  const { proxy, client, arrived, flips } = await throughProxy()
  proxy.flipBit()
  const headers = Buffer.alloc(200_000, 'a name or a size ')
  const content = Buffer.from(createNoise(1)())
  client.write(headers)
  await vi.waitUntil(() => arrived().length === headers.length)
  expect(arrived().equals(headers)).toBe(true)
  expect(flips()).toBe(0)
  client.write(content)
  await vi.waitUntil(() => arrived().length === headers.length + content.length)
  const got = arrived().subarray(headers.length)
  const wrong = [...content.keys()].filter((at) => got[at] !== content[at])
  expect(wrong).toHaveLength(1)
  const bits = (got[wrong[0] ?? 0] ?? 0) ^ (content[wrong[0] ?? 0] ?? 0)
  expect(Math.log2(bits) % 1).toBe(0)
  expect(flips()).toBe(1)
})

test('nothing passes while it stalls, and all of it afterwards', async () => {
  const { proxy, client, arrived } = await throughProxy()
  client.write('before ')
  await vi.waitUntil(() => arrived().length === 7)
  const stalledAtMs = performance.now()
  proxy.stall(300)
  client.write('after')
  await vi.waitUntil(() => arrived().length === 12)
  expect(performance.now() - stalledAtMs).toBeGreaterThan(290)
})

test('a cut resets the connection', async () => {
  const { proxy, client, arrived } = await throughProxy()
  client.write('x')
  await vi.waitUntil(() => arrived().length === 1)
  const failed = once(client, 'error')
  proxy.cut()
  expect((await failed)[0]).toMatchObject({ code: 'ECONNRESET' })
})
