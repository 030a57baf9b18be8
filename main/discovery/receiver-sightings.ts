import { isIPv4, isIPv6 } from 'node:net'
import type { Answer, DecodedPacket } from 'dns-packet'
import {
  DISCOVERY_TTL_SECONDS,
  DISCOVERY_VERSION,
  MOST_NAME_CHARACTERS,
  RECEIVER_ID,
  SERVICE_TYPE,
} from '../../proto/discovery.ts'
import { readFingerprint } from '../../proto/identity.ts'
import { isLinkLocal, isOnNetwork, type Network } from '../../proto/network.ts'
import type { FoundReceiver } from '../contract/receivers.ts'

/** What one packet told about one receiver. */
export type Sighting =
  | { readonly kind: 'here'; readonly receiver: FoundReceiver; readonly holdsForMs: number }
  | { readonly kind: 'gone'; readonly id: string }

/** A packet may be full of receivers; ours tell of one. */
const MOST_SIGHTINGS = 64
/** Of the strings of a TXT record; ours has five. */
const MOST_STRINGS = 32

/**
 * Reads what a packet tells about receivers. Nothing in it is trusted: records that do not look as `proto/discovery.ts`
 * describes are ignored, and so is a receiver without an address on that very network.
 */
export function readSightings({ answers = [] }: DecodedPacket, network: Network, source: string): readonly Sighting[] {
  const names = new Map<string, number>()
  for (const record of answers) {
    if (record.type !== 'PTR' || record.name.toLowerCase() !== SERVICE_TYPE || names.size >= MOST_SIGHTINGS) continue
    names.set(String(record.data).toLowerCase(), record.ttl ?? 0)
  }
  return [...names].flatMap(([service, ttl]): Sighting[] => {
    const id = service.endsWith(`.${SERVICE_TYPE}`) ? service.slice(0, -SERVICE_TYPE.length - 1) : ''
    if (!RECEIVER_ID.test(id)) return []
    if (ttl === 0) return [{ kind: 'gone', id }]
    const receiver = readReceiver(id, service, answers, network, source)
    const holdsForMs = Math.min(ttl, DISCOVERY_TTL_SECONDS) * 1000
    return receiver === undefined ? [] : [{ kind: 'here', receiver, holdsForMs }]
  })
}

function readReceiver(
  id: string,
  service: string,
  answers: readonly Answer[],
  network: Network,
  source: string,
): FoundReceiver | undefined {
  const of = (name: string) => answers.filter((record) => record.name.toLowerCase() === name)
  const srv = of(service).find((record) => record.type === 'SRV')
  const txt = of(service).find((record) => record.type === 'TXT')
  if (srv === undefined || txt === undefined) return undefined
  const { port, target } = srv.data
  const addresses = of(target.toLowerCase()).flatMap((r) => (r.type === 'A' || r.type === 'AAAA' ? [r.data] : []))
  const host = chooseAddress(addresses, network, source)
  const words = readText(txt.data)
  const fingerprint = readFingerprint(words.get('fp') ?? '')
  if (host === undefined || port < 1 || words.get('v') !== DISCOVERY_VERSION) return undefined
  return {
    id,
    name: printableName(words.get('name') ?? '') || host,
    address: `${isIPv6(host) ? `[${host}]` : host}:${port}`,
    tls: words.get('tls') === '1',
    ...(fingerprint !== undefined && { fingerprint }),
  }
}

/**
 * The address to reach a receiver at, of those it says it has: one on the network where it was heard, IPv4 before IPv6,
 * and the one it spoke from before others. Link-local ones are left out: they need a scope, with which grpc-js cannot
 * connect (`http2.connect` takes it for a bad URL).
 */
function chooseAddress(told: readonly string[], network: Network, source: string): string | undefined {
  const near = told.filter((address) => isOnNetwork(network, address) && !isLinkLocal(address))
  const v4 = near.filter(isIPv4)
  return v4.find((address) => address === source) ?? v4[0] ?? near[0]
}

function readText(data: unknown): ReadonlyMap<string, string> {
  const strings = (Array.isArray(data) ? data : [data]).slice(0, MOST_STRINGS)
  return new Map(
    strings.flatMap((string): [string, string][] => {
      const [, key, value] = /^([a-z]+)=(.*)$/s.exec(String(string)) ?? []
      return key === undefined || value === undefined ? [] : [[key, value]]
    }),
  )
}

/** A name without invisible characters, and without characters that change the direction of the text. */
function printableName(name: string): string {
  const visible = name.replaceAll(/[\p{C}\p{Z}\uFFFD]+/gu, ' ').trim()
  return [...visible].slice(0, MOST_NAME_CHARACTERS).join('')
}
