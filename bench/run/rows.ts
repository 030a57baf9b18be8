import type { Peer } from './peer.ts'
import type { Laps } from './race.ts'
import type { Row } from './section.ts'

/** Turns what was measured in each round into a row for each peer. A figure that is not finite was not measured. */
export function rowsOf(
  peers: readonly Pick<Peer, 'name' | 'title' | 'verified' | 'durable' | 'floor'>[],
  laps: Laps<Readonly<Record<string, number>>>,
): Row[] {
  return peers.map(({ name, title, verified, durable, floor }) => {
    const rounds = laps.get(name) ?? []
    const keys = [...new Set(rounds.flatMap((round) => Object.keys(round)))]
    const values = Object.fromEntries(
      keys.map((key) => [
        key,
        rounds
          .map((round) => round[key] ?? Number.NaN)
          .filter(Number.isFinite)
          .map(rounded),
      ]),
    )
    return { name, title, verified, durable, ...(floor && { floor }), values }
  })
}

/** More digits would claim an accuracy that there is not. */
function rounded(value: number): number {
  return Number(value.toPrecision(5))
}
