import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'

/** One network interface of this machine, with its own addresses. */
export type Network = {
  /** As the system calls it, for example `eth0`. */
  readonly name: string
  /** How the system wants it named after the `%` of an IPv6 address. */
  readonly scope: string
  readonly addresses: readonly { readonly address: string; readonly prefixBits: number }[]
}

/** More than a machine has for people; one with hundreds of virtual ones must not open hundreds of sockets. */
const MOST_NETWORKS = 16

/** The networks of this machine by which others can reach it: the loopback is none. */
export function outsideNetworks(): readonly Network[] {
  return networksWhere(({ internal }) => !internal)
}

/** The networks of these interfaces, in the system's order; the loopback too when it is named. */
export function namedNetworks(names: readonly string[]): readonly Network[] {
  return networksWhere((_, name) => names.includes(name))
}

function networksWhere(fits: (entry: { readonly internal: boolean }, name: string) => boolean): readonly Network[] {
  return Object.entries(networkInterfaces())
    .flatMap(([name, entries = []]): Network[] => {
      const chosen = entries.filter((entry) => fits(entry, name))
      const scopeId = chosen.find((entry) => entry.family === 'IPv6' && entry.scopeid > 0)
      const scope = process.platform === 'win32' && scopeId?.family === 'IPv6' ? String(scopeId.scopeid) : name
      const addresses = chosen.flatMap(({ address, cidr }) =>
        // Without a sound mask nobody can tell who the neighbours are.
        cidr === null ? [] : [{ address, prefixBits: Number(cidr.split('/')[1]) }],
      )
      return addresses.length > 0 ? [{ name, scope, addresses }] : []
    })
    .slice(0, MOST_NETWORKS)
}

/** True when an address, given without a scope, is one of a neighbour on this network. */
export function isOnNetwork(network: Network, address: string): boolean {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6'
  return network.addresses.some((own) => {
    if (isIPv4(own.address) !== isIPv4(address)) return false
    const subnet = new BlockList()
    subnet.addSubnet(own.address, own.prefixBits, family)
    return subnet.check(address, family)
  })
}

/** True for an address that means something only together with the network it is on. */
export function isLinkLocal(address: string): boolean {
  return isIPv6(address) && /^fe[89ab]/i.test(address)
}

/** An address without the scope that the system adds to it. */
export function withoutScope(address: string): string {
  return address.split('%')[0] ?? ''
}
