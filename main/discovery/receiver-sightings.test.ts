import { type Answer, decode, encode } from 'dns-packet'
import { expect, test } from 'vitest'
import { SERVICE_TYPE } from '../../proto/discovery.ts'
import type { Network } from '../../proto/network.ts'
import { readSightings } from './receiver-sightings.ts'

const network: Network = {
  name: 'eth0',
  scope: 'eth0',
  addresses: [
    { address: '192.168.1.5', prefixBits: 24 },
    { address: 'fe80::5', prefixBits: 64 },
    { address: 'fd00::5', prefixBits: 64 },
  ],
}
const id = 'ab'.repeat(16)
const service = `${id}.${SERVICE_TYPE}`
const target = 'box.local'

type Parts = {
  readonly service?: string
  readonly port?: number
  readonly text?: readonly string[]
  readonly addresses?: readonly string[]
  readonly ttl?: number
}

function answersOf(parts: Parts): Answer[] {
  const { port = 50051, text = ['v=1', 'name=Box', 'tls=0'], addresses = ['192.168.1.20'], ttl = 120 } = parts
  const name = parts.service ?? service
  return [
    { type: 'PTR', name: SERVICE_TYPE, data: name, ttl },
    { type: 'SRV', name, data: { port, target }, ttl },
    { type: 'TXT', name, data: [...text], ttl },
    ...addresses.map((data): Answer => ({ type: data.includes(':') ? 'AAAA' : 'A', name: target, data, ttl })),
  ]
}

/** What is read of a packet that went through the wire's form. */
function sightings(answers: Answer[], source = '192.168.1.20') {
  return readSightings(decode(encode({ type: 'response', answers })), network, source)
}

function receiverOf(parts: Parts, source?: string) {
  const [sighting] = sightings(answersOf(parts), source)
  return sighting?.kind === 'here' ? sighting.receiver : undefined
}

test('a receiver is read with its name, address, fingerprint and how long that holds', () => {
  const fingerprint = `sha256:${'0f'.repeat(32)}`
  expect(sightings(answersOf({ text: ['v=1', 'name=客厅 Box', 'tls=1', `fp=${fingerprint}`] }))).toEqual([
    {
      kind: 'here',
      receiver: { id, name: '客厅 Box', address: '192.168.1.20:50051', tls: true, fingerprint },
      holdsForMs: 120_000,
    },
  ])
})

test('of several addresses the one on this network is taken: IPv4 first, and the one the receiver spoke from', () => {
  const all = ['10.0.0.1', '192.168.1.30', '192.168.1.20', 'fd00::20', 'fe80::20', '2001:db8::20']
  expect(receiverOf({ addresses: all })?.address).toBe('192.168.1.20:50051')
  expect(receiverOf({ addresses: all }, 'fe80::20')?.address).toBe('192.168.1.30:50051')
  expect(receiverOf({ addresses: ['fe80::20', 'fd00::20'] }, 'fe80::20')?.address).toBe('[fd00::20]:50051')
})

test.each<[string, Parts]>([
  ['an address elsewhere', { addresses: ['8.8.8.8', '2001:db8::1'] }],
  ['an address that cannot be connected to without a scope', { addresses: ['fe80::20'] }],
  ['no address', { addresses: [] }],
  ['port 0', { port: 0 }],
  ['another form of the text', { text: ['v=2', 'name=Box'] }],
  ['no text', { text: [] }],
  ['a name that is no id', { service: `box.${SERVICE_TYPE}` }],
  ['another service', { service: `${id}._http._tcp.local` }],
])('a receiver with %s is passed over', (_, parts) => {
  expect(sightings(answersOf(parts))).toEqual([])
})

test('names come out printable, short, and never empty', () => {
  expect(receiverOf({ text: ['v=1', 'name=\u202Egnp.exe\u0007\n\u200B box'] })?.name).toBe('gnp.exe box')
  expect([...(receiverOf({ text: ['v=1', `name=${'長'.repeat(80)}`] })?.name ?? '')]).toHaveLength(64)
  expect(receiverOf({ text: ['v=1', 'name=\u200B'] })?.name).toBe('192.168.1.20')
})

test('a fingerprint of another form is left out', () => {
  expect(receiverOf({ text: ['v=1', 'name=Box', 'fp=<script>alert(1)</script>'] })).not.toHaveProperty('fingerprint')
  expect(receiverOf({ text: ['v=1', 'name=Box', `fp=${'a'.repeat(200)}`] })).not.toHaveProperty('fingerprint')
})

test('a time to live of nothing is a goodbye, and a very long one is cut', () => {
  expect(sightings(answersOf({ ttl: 0 }))).toEqual([{ kind: 'gone', id }])
  expect(sightings(answersOf({ ttl: 4_000_000 }))[0]).toMatchObject({ holdsForMs: 120_000 })
})

test('of a packet with a thousand receivers the first 64 are read', () => {
  const ids = Array.from({ length: 1000 }, (_, i) => i.toString(16).padStart(32, '0'))
  const pointers = ids.flatMap((each) => answersOf({ service: `${each}.${SERVICE_TYPE}` }))
  expect(sightings(pointers)).toHaveLength(64)
})
