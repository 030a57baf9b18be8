import { lookup } from 'node:dns/promises'
import { isIP, isIPv4 } from 'node:net'
import type { Answer, Packet } from 'dns-packet'
import { DISCOVERY_TTL_SECONDS, DISCOVERY_VERSION, MOST_NAME_CHARACTERS, SERVICE_TYPE } from '../proto/discovery.ts'
import { PROTOCOL_VERSION } from '../proto/limits.ts'
import { type Multicast, openMulticast } from '../proto/multicast.ts'
import { type Network, outsideNetworks } from '../proto/network.ts'
import { receiveErrorFrom } from './base/errors.ts'
import { isLoopback } from './base/loopback.ts'
import type { OnUnexpected } from './base/unexpected.ts'

/** What a receiver tells the machines around it. */
export type AnnounceOptions = {
  /** What people call the receiver. */
  readonly name: string
  /** What it listens on: an address, the any-address of a family, or a name, which is looked up once. */
  readonly host: string
  readonly port: number
  /** 32 hex digits. */
  readonly id: string
  /** Of its certificate, as a hint to those who pinned it. */
  readonly fingerprint?: string
  readonly tls: boolean
  /** Called at most once, when the receiver cannot be found although there are networks. */
  readonly onTrouble: (cause: unknown) => void
  /** The networks of this machine, now. @default all but the loopback */
  readonly networks?: () => readonly Network[]
  /** @default the port of multicast DNS */
  readonly multicastPort?: number
}

export type Announcement = {
  /** Says goodbye, so that nobody suggests the receiver any more, and ends. */
  stop(): Promise<void>
}

/** A second telling, for networks that lose packets, ms after the first (RFC 6762, 8.3). */
const TELL_AGAIN_MS = 1_000
/** The shortest time between two answers, ms: many questions must not make the receiver flood the network. */
const ANSWER_EVERY_MS = 1_000
/** Answers wait a little by chance, ms, so that all receivers of a network do not speak at once (RFC 6762, 6). */
const ANSWER_AFTER_MS = { least: 20, most: 120 }

const MOST_ADDRESSES = 8

const FLUSH = { ttl: DISCOVERY_TTL_SECONDS, flush: true }

/**
 * Makes a receiver known on the networks it listens on, as {@link SERVICE_TYPE} describes, until it is stopped. Never
 * throws; a receiver that listens on the loopback alone is told to nobody.
 */
export function announce(options: AnnounceOptions): Announcement {
  const { networks = outsideNetworks, onTrouble } = options
  let multicast: Multicast | undefined
  let isStopped = false
  const timers = new Set<NodeJS.Timeout>()
  let answering = false
  let answeredAtMs = Number.NEGATIVE_INFINITY

  function later(afterMs: number, task: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      task()
    }, afterMs).unref()
    timers.add(timer)
  }

  function answer(): void {
    answering = false
    answeredAtMs = performance.now()
    void multicast?.send((network) => packetFor(network, options, addresses))
  }

  function answerSoon(): void {
    if (answering) return
    answering = true
    const { least, most } = ANSWER_AFTER_MS
    const waitedMs = performance.now() - answeredAtMs
    later(Math.max(least + Math.random() * (most - least), ANSWER_EVERY_MS - waitedMs), answer)
  }

  let addresses: readonly string[] = []
  const opening = addressesOf(options.host).then((found) => {
    addresses = found
    if (isStopped) return
    multicast = openMulticast({
      networks: () => networks().filter((network) => addressesOn(network, addresses).length > 0),
      ...(options.multicastPort !== undefined && { port: options.multicastPort }),
      onPacket: ({ type, questions = [] }) => {
        if (type === 'query' && questions.some(({ name }) => isAbout(name, options.id))) answerSoon()
      },
      onNetwork: (network) => {
        const tell = () => void multicast?.sendOn(network, packetFor(network, options, addresses))
        tell()
        later(TELL_AGAIN_MS, tell)
      },
      onTrouble,
    })
  })
  // A name that cannot be looked up; the receiver listens all the same.
  opening.catch(onTrouble)

  return {
    async stop() {
      isStopped = true
      for (const timer of timers) clearTimeout(timer)
      await opening.catch(() => undefined)
      await multicast?.send((network) => goodbye(packetFor(network, options, addresses)))
      multicast?.close()
    },
  }
}

/** What a running receiver knows of itself. */
type Self = Pick<AnnounceOptions, 'name' | 'id' | 'port'> & {
  /** Undefined without encryption. */
  readonly fingerprint: string | undefined
  readonly onUnexpected: OnUnexpected
}

/** Makes a receiver known if it is to be; trouble with that is told once. */
export function announceReceiver(
  { discovery, host }: { readonly discovery?: boolean; readonly host: string },
  { onUnexpected, fingerprint, ...self }: Self,
): Announcement | undefined {
  if (!discovery || isLoopback(host)) return undefined
  const onTrouble = (cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    const sentence = `Senders cannot find this receiver by themselves (${why}). They can still send to its address.`
    onUnexpected(receiveErrorFrom(cause, 'BUSY', sentence))
  }
  return announce({ ...self, host, ...(fingerprint && { fingerprint }), tls: fingerprint !== undefined, onTrouble })
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) > 0) return [host]
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

/**
 * The addresses at which a receiver is reached on a network, given what it listens on; not more than fit one packet.
 */
function addressesOn(network: Network, listening: readonly string[]): readonly string[] {
  return network.addresses
    .map(({ address }) => address)
    .filter((address) =>
      listening.some((host) => host === address || host === '::' || (host === '0.0.0.0' && isIPv4(address))),
    )
    .slice(0, MOST_ADDRESSES)
}

function isAbout(name: string, id: string): boolean {
  return [SERVICE_TYPE, serviceName(id), hostName(id)].includes(name.toLowerCase())
}

function serviceName(id: string): string {
  return `${id}.${SERVICE_TYPE}`
}

function hostName(id: string): string {
  return `longshore-${id}.local`
}

function packetFor(network: Network, options: AnnounceOptions, listening: readonly string[]): Packet {
  const { id, port } = options
  const target = hostName(id)
  const answers: Answer[] = [
    // Every receiver has this record, so it takes the place of nobody's.
    { type: 'PTR', name: SERVICE_TYPE, data: serviceName(id), ttl: DISCOVERY_TTL_SECONDS },
    { type: 'SRV', name: serviceName(id), data: { port, target, priority: 0, weight: 0 }, ...FLUSH },
    { type: 'TXT', name: serviceName(id), data: text(options), ...FLUSH },
    ...addressesOn(network, listening).map(
      (data): Answer => ({ type: isIPv4(data) ? 'A' : 'AAAA', name: target, data, ...FLUSH }),
    ),
  ]
  // 0x0400: the answer of the one who knows.
  return { type: 'response', flags: 0x0400, answers }
}

function text({ name, tls, fingerprint }: AnnounceOptions): string[] {
  return [
    `v=${DISCOVERY_VERSION}`,
    `name=${[...name].slice(0, MOST_NAME_CHARACTERS).join('').slice(0, MOST_NAME_CHARACTERS)}`,
    `proto=${PROTOCOL_VERSION}`,
    `tls=${tls ? 1 : 0}`,
    ...(fingerprint === undefined ? [] : [`fp=${fingerprint}`]),
  ]
}

function goodbye({ answers = [], ...packet }: Packet): Packet {
  return { ...packet, answers: answers.map((record) => ({ ...record, ttl: 0 }) as Answer) }
}
