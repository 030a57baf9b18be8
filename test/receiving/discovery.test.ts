import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type Answer, decode, encode } from 'dns-packet'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { browse } from '../../main/discovery/discovery.ts'
import { SERVICE_TYPE } from '../../proto/discovery.ts'
import {
  announceOnLoopback,
  browseLoopback,
  freeMulticastPort,
  hasLoopbackMulticast,
  loopbackOnly,
  rawNeighbour,
} from '../support/net/multicast.ts'

const WITHIN = { timeout: 20_000 }
const multicast = await hasLoopbackMulticast()

/** The packet of a receiver at 127.0.0.1. */
function told(id: string, port = 50051, text: readonly string[] = ['v=1', 'name=made up']): Buffer {
  const [name, target] = [`${id}.${SERVICE_TYPE}`, `longshore-${id}.local`]
  const answers: Answer[] = [
    { type: 'PTR', name: SERVICE_TYPE, data: name, ttl: 120 },
    { type: 'SRV', name, data: { port, target }, ttl: 120 },
    { type: 'TXT', name, data: [...text], ttl: 120 },
    { type: 'A', name: target, data: '127.0.0.1', ttl: 120 },
  ]
  return encode({ type: 'response', answers })
}

describe.skipIf(!multicast)('on the loopback (needs multicast there)', () => {
  test('a receiver is found by who was there before it, and by who comes after it', async () => {
    const multicastPort = await freeMulticastPort()
    const before = browseLoopback(multicastPort)
    const fingerprint = `sha256:${'0f'.repeat(32)}`
    const { id } = announceOnLoopback({ multicastPort, name: '客厅 Box', port: 6000, tls: true, fingerprint })
    const expected = [{ id, name: '客厅 Box', address: '127.0.0.1:6000', tls: true, fingerprint }]
    await vi.waitFor(() => expect(before.list()).toEqual(expected), WITHIN)
    const after = browseLoopback(multicastPort)
    await vi.waitFor(() => expect(after.list()).toEqual(expected), WITHIN)
    expect(before.changes, 'told once').toEqual([expected])
  })

  test('a receiver that stops says goodbye and is gone at once, and the others stay', async () => {
    const multicastPort = await freeMulticastPort()
    const browsing = browseLoopback(multicastPort)
    const [one, two] = [announceOnLoopback({ multicastPort }), announceOnLoopback({ multicastPort })]
    await vi.waitFor(() => expect(browsing.list()).toHaveLength(2), WITHIN)
    await one.stop()
    await vi.waitFor(() => expect(browsing.list().map(({ id }) => id)).toEqual([two.id]), WITHIN)
  })

  test('a receiver that does not listen on a network is not announced there', async () => {
    const multicastPort = await freeMulticastPort()
    const neighbour = await rawNeighbour(multicastPort)
    const heard: string[] = []
    neighbour.on('message', (bytes) => {
      for (const { name } of decode(bytes).answers ?? []) heard.push(name)
    })
    const elsewhere = announceOnLoopback({ multicastPort, host: '192.0.2.7' })
    const here = announceOnLoopback({ multicastPort, host: '127.0.0.1' })
    await vi.waitFor(() => expect(heard).toContain(`longshore-${here.id}.local`), WITHIN)
    expect(heard).not.toContain(`longshore-${elsewhere.id}.local`)
  })

  test('a receiver that is asked a thousand times answers no more than once a second', async () => {
    const multicastPort = await freeMulticastPort()
    const neighbour = await rawNeighbour(multicastPort)
    const { id } = announceOnLoopback({ multicastPort })
    let [answers, questions] = [0, 0]
    const startedAtMs = performance.now()
    neighbour.on('message', (bytes) => {
      const packet = decode(bytes)
      if (packet.type === 'query') questions++
      else if (packet.answers?.some(({ name }) => name === `longshore-${id}.local`)) answers++
    })
    const question = encode({ type: 'query', questions: [{ type: 'PTR', name: SERVICE_TYPE }] })
    for (let i = 0; i < 1000; i++) await neighbour.tell(question)
    await vi.waitFor(() => expect(answers).toBeGreaterThan(2), WITHIN)
    const seconds = (performance.now() - startedAtMs) / 1000
    expect(questions).toBeGreaterThan(100)
    expect(answers, 'two announcements, and one answer a second').toBeLessThanOrEqual(4 + seconds)
  })

  test('malformed, huge and made-up packets neither crash a browser nor fill it, and the real receiver is found', async () => {
    const multicastPort = await freeMulticastPort()
    const neighbour = await rawNeighbour(multicastPort)
    const browsing = browseLoopback(multicastPort)
    const announcedTo: unknown[] = []
    announceOnLoopback({ multicastPort, name: 'honest', onTrouble: (cause) => announcedTo.push(cause) })
    await vi.waitFor(() => expect(browsing.list()).toHaveLength(1), WITHIN)

    const sound = told('ab'.repeat(16))
    await neighbour.tell(Buffer.alloc(0))
    for (let length = 1; length < sound.length; length += 3) await neighbour.tell(sound.subarray(0, length))
    for (let i = 0; i < 200; i++) {
      const bent = Buffer.from(sound)
      bent[i % bent.length] = (bent[i % bent.length] ?? 0) ^ 0xff
      await neighbour.tell(bent)
    }
    for (let i = 0; i < 50; i++) await neighbour.tell(randomBytes(40 + i))
    await neighbour.tell(Buffer.alloc(60_000, 0xc0))
    for (let i = 0; i < 1000; i++) await neighbour.tell(told(i.toString(16).padStart(32, '0'), 1 + i))

    // Whatever is sent after all of that is heard after it.
    const last = announceOnLoopback({ multicastPort, name: 'last' })
    await last.stop()
    await vi.waitFor(() => expect(browsing.list().length).toBeGreaterThan(1), WITHIN)
    expect(browsing.list().length).toBeLessThanOrEqual(8)
    expect(browsing.list().map(({ name }) => name)).toContain('honest')
    expect(announcedTo).toEqual([])
  })

  test('an answer from another port than that of multicast DNS is not believed', async () => {
    const multicastPort = await freeMulticastPort()
    const neighbour = await rawNeighbour(multicastPort)
    const browsing = browseLoopback(multicastPort)
    const stranger = createSocket('udp4')
    onTestFinished(() => void stranger.close())
    stranger.bind(0, '127.0.0.1')
    await once(stranger, 'listening')
    stranger.setMulticastInterface('127.0.0.1')
    const heard = once(neighbour, 'message')
    stranger.send(told('ab'.repeat(16)), multicastPort, '224.0.0.251')
    await heard
    await neighbour.tell(told('cd'.repeat(16)))
    await vi.waitFor(() => expect(browsing.list().map(({ id }) => id)).toEqual(['cd'.repeat(16)]), WITHIN)
  })
})

test('a port that another program keeps for itself is told once, and harms nobody', async () => {
  const greedy = createSocket('udp4')
  onTestFinished(() => void greedy.close())
  greedy.bind(0)
  await once(greedy, 'listening')
  const troubles: unknown[] = []
  const multicastPort = greedy.address().port
  const browsing = browseLoopback(multicastPort, { onTrouble: (cause) => troubles.push(cause) })
  const announcement = announceOnLoopback({ multicastPort, onTrouble: (cause) => troubles.push(cause) })
  await vi.waitFor(() => expect(troubles).toHaveLength(2), WITHIN)
  expect(String(troubles)).toContain('EADDRINUSE')
  expect(browsing.list()).toEqual([])
  await announcement.stop()
})

test('without any network there is nothing to find and nothing to tell', async () => {
  const browsing = browse({
    networks: () => [],
    onChange: () => expect.unreachable(),
    onTrouble: () => expect.unreachable(),
  })
  browsing.lookAgain()
  browsing.stop()
  await announceOnLoopback({ networks: () => [] }).stop()
  expect(loopbackOnly().length, 'the loopback is a network when it is named').toBeGreaterThan(0)
})
