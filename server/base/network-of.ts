import { isIPv6 } from 'node:net'

/**
 * What an address counts as, where something is limited by address. An IPv4 address, also in IPv6 notation, counts as
 * itself. An IPv6 address counts as its network of 64 bits, because one machine usually has such a network and may call
 * from any address in it. Any other text counts as itself.
 */
export function networkOf(address: string): string {
  const bare = address.replace(/%.*$/, '').toLowerCase()
  if (!isIPv6(bare)) return bare
  const groups = groupsOf(bare)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (isMapped) return [groups[6] ?? 0, groups[7] ?? 0].flatMap((group) => [group >> 8, group & 0xff]).join('.')
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [front = [], back] = address.split('::').map((half) => half.split(':').filter(Boolean).flatMap(numbersOf))
  if (back === undefined) return front
  return [...front, ...Array<number>(8 - front.length - back.length).fill(0), ...back]
}

/** One group; two where the end is written as an IPv4 address. */
function numbersOf(group: string): readonly number[] {
  if (!group.includes('.')) return [Number.parseInt(group, 16)]
  const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
  return [a * 256 + b, c * 256 + d]
}
