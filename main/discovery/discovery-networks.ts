import { type Network, namedNetworks, outsideNetworks } from '../../proto/network.ts'

/**
 * The networks on which receivers are looked for: all of them when nothing was said, none (undefined) for `off`, else
 * those of the interfaces that are named with commas between, for example `eth0,wlan0`. For machines with networks that
 * must stay quiet.
 */
export function networksFor(said: string | undefined): (() => readonly Network[]) | undefined {
  const names = said?.split(',').map((name) => name.trim()) ?? []
  if (said === undefined || said === '') return outsideNetworks
  return said === 'off' ? undefined : () => namedNetworks(names)
}
