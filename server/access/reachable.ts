import { hostname, type NetworkInterfaceInfo, networkInterfaces } from 'node:os'

/** Networks that exist on this machine only, or that a visitor from the next room is not in. */
const virtual = /^(docker|br-|veth|virbr|vmnet|vboxnet|tun|tap|utun|zt|cni|flannel|lxc)/

type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>

/** The address to listen on when every network is meant: both families where this machine speaks IPv6. */
export function everyNetwork(interfaces: Interfaces = networkInterfaces()): string {
  return Object.values(interfaces).some((infos) => infos?.some(({ family }) => family === 'IPv6')) ? '::' : '0.0.0.0'
}

/** `host:port` as another machine would call it, as far as this machine can know. */
export function reachableAddress(host: string, port: number, interfaces: Interfaces = networkInterfaces()): string {
  const named = host === '::' || host === '0.0.0.0' ? outwardAddress(interfaces) : host
  return `${named.includes(':') ? `[${named}]` : named}:${port}`
}

function outwardAddress(interfaces: Interfaces): string {
  const outward = Object.entries(interfaces).flatMap(([name, infos = []]) =>
    infos.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => ({ name, address })),
  )
  const [first] = [...outward].sort((a, b) => rank(a) - rank(b))
  return first?.address ?? hostname()
}

function rank({ name, address }: { name: string; address: string }): number {
  if (virtual.test(name)) return 2
  return /^(192\.168|10|172\.(1[6-9]|2\d|3[01]))\./.test(address) ? 0 : 1
}
