import { createSocket, type Socket } from 'node:dgram'
import { isIPv4 } from 'node:net'
import { type DecodedPacket, decode, encode, type Packet } from 'dns-packet'
import { isLinkLocal, isOnNetwork, type Network, withoutScope } from './network.ts'

/** The port of multicast DNS. */
const MULTICAST_PORT = 5353

/** The longest packet that multicast DNS allows, bytes. */
const MOST_PACKET_BYTES = 9000
/** How often the networks of the machine are looked at again, ms: cables and Wi-Fi come and go. */
const LOOK_EVERY_MS = 5_000

export type MulticastDeps = {
  /** The networks to speak on, now. */
  readonly networks: () => readonly Network[]
  /** @default {@link MULTICAST_PORT} */
  readonly port?: number
  /** A packet from a neighbour on this network; `source` is their address, without a scope. It may hold anything. */
  readonly onPacket: (packet: DecodedPacket, network: Network, source: string) => void
  /** The network can be spoken on from now on. */
  readonly onNetwork: (network: Network) => void
  /** Called at most once, when there are networks and none of them can be used. */
  readonly onTrouble: (cause: unknown) => void
}

/** Multicast DNS on several networks at once. Trouble with one of them harms neither the others nor the program. */
export type Multicast = {
  /**
   * Sends to everybody, with what is told on each network. Resolves when it is on its way; what cannot be sent is not.
   */
  send(packetFor: (network: Network) => Packet): Promise<void>
  sendOn(network: Network, packet: Packet): Promise<void>
  /** Frees the sockets and timers; nothing is called back any more. */
  close(): void
}

type Family = { readonly type: 'udp4' | 'udp6'; readonly any: string; readonly group: string; readonly member: string }
type Link = { readonly network: Network; readonly family: Family; readonly socket: Socket; state: 'opening' | 'open' }

/** Opens a socket for each network and each family of addresses on it, and keeps up as networks come and go. */
export function openMulticast(deps: MulticastDeps): Multicast {
  const { networks, port = MULTICAST_PORT, onPacket, onNetwork, onTrouble } = deps
  const links = new Map<string, Link>()
  let hadTrouble = false

  function tellTrouble(cause: unknown): void {
    if (hadTrouble || links.size > 0) return
    hadTrouble = true
    onTrouble(cause)
  }

  /** The networks, now; some sandboxes do not let a program ask for them. */
  function networksNow(): readonly Network[] {
    try {
      return networks()
    } catch (cause) {
      tellTrouble(cause)
      return []
    }
  }

  function look(): void {
    const wanted = new Map(
      networksNow().flatMap((network) => familiesOf(network).map((f) => [keyOf(network, f), { network, f }])),
    )
    for (const [key, { socket }] of links) if (!wanted.has(key)) forget(key, socket)
    for (const [key, { network, f }] of wanted) if (!links.has(key)) open(key, network, f)
  }

  function forget(key: string, socket: Socket): void {
    if (links.get(key)?.socket !== socket) return
    links.delete(key)
    socket.close()
  }

  function open(key: string, network: Network, family: Family): void {
    // Other programs on this machine, such as avahi, use the same port.
    const socket = createSocket({ type: family.type, reuseAddr: true, ipv6Only: family.type === 'udp6' })
    const link: Link = { network, family, socket, state: 'opening' }
    links.set(key, link)
    const fail = (cause: unknown) => {
      forget(key, socket)
      tellTrouble(cause)
    }
    socket.on('error', fail)
    socket.on('message', (bytes, { address, port: from }) => receive(link, bytes, address, from))
    socket.bind({ port, address: family.any }, () => {
      try {
        socket.addMembership(family.group, family.member)
        socket.setMulticastInterface(family.member)
        socket.setMulticastTTL(255)
        socket.setMulticastLoopback(true)
      } catch (cause) {
        // The system refuses: the network is gone again, or is one without multicast.
        return fail(cause)
      }
      link.state = 'open'
      onNetwork(network)
    })
    socket.unref()
  }

  function receive({ network }: Link, bytes: Buffer, from: string, fromPort: number): void {
    const source = withoutScope(from)
    // A socket also hears what is sent to the group on other networks; and packets from outside this network are not
    // accepted (RFC 6762, 11).
    const isNeighbour = isOnNetwork(network, source) && (!isLinkLocal(source) || from.endsWith(`%${network.scope}`))
    if (!isNeighbour || bytes.length > MOST_PACKET_BYTES) return
    let packet: DecodedPacket
    try {
      packet = decode(bytes)
    } catch {
      // Anybody may send anything to this port; what is no DNS packet is none of our business.
      return
    }
    if (packet.type === 'response' && fromPort !== port) return
    onPacket(packet, network, source)
  }

  async function sendThrough(links: readonly Link[], packetFor: (network: Network) => Packet): Promise<void> {
    const open = links.filter(({ state }) => state === 'open')
    await Promise.all(
      open.map(({ network, family, socket }) => {
        const bytes = encode(packetFor(network))
        // A network that is down refuses to send; the packet is sent again when the network is back.
        return new Promise<void>((resolve) => socket.send(bytes, port, family.group, () => resolve()))
      }),
    )
  }

  look()
  const timer = setInterval(look, LOOK_EVERY_MS).unref()

  return {
    send: (packetFor) => sendThrough([...links.values()], packetFor),
    sendOn: (network, packet) =>
      sendThrough(
        [...links.values()].filter((link) => link.network.name === network.name),
        () => packet,
      ),
    close() {
      clearInterval(timer)
      for (const [key, { socket }] of links) forget(key, socket)
    },
  }
}

/** What a network speaks: IPv4 by its first address, IPv6 when neighbours can be reached without a router. */
function familiesOf({ addresses, scope }: Network): readonly Family[] {
  const v4 = addresses.find(({ address }) => isIPv4(address))
  const v6 = addresses.some(({ address }) => isLinkLocal(address))
  return [
    ...(v4 ? [{ type: 'udp4', any: '0.0.0.0', group: '224.0.0.251', member: v4.address } as const] : []),
    ...(v6 ? [{ type: 'udp6', any: '::', group: 'ff02::fb', member: `::%${scope}` } as const] : []),
  ]
}

/** A network whose addresses changed is another one: its socket is joined by its address. */
function keyOf({ name, addresses }: Network, { type }: Family): string {
  return [type, name, ...addresses.map(({ address, prefixBits }) => `${address}/${prefixBits}`)].join(' ')
}
