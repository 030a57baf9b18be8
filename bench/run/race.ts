import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Peer, type Running, stopReceiver } from './peer.ts'

/** What one run is given: a receiver that was just started, and the folder that it receives into. */
export type Lap = { readonly peer: Peer; readonly round: number; readonly running: Running; readonly box: string }

/** What was measured, by the name of the peer: one element for each round. */
export type Laps<T> = ReadonlyMap<string, readonly T[]>

export type RaceOptions = {
  readonly peers: readonly Peer[]
  readonly rounds: number
  /** Everything is kept below it, and removed. */
  readonly folder: string
  readonly say: (text: string) => void
  /** Hears of a peer that failed; it takes no part in the rounds that are left. */
  readonly onFailure: (peer: Peer, error: unknown) => void
}

/**
 * Runs every peer in every round, one after the other (A B C, A B C, …), so that a machine that changes its speed does
 * so for all of them.
 */
export async function race<T extends Readonly<Record<string, number>>>(
  { peers, rounds, folder, say, onFailure }: RaceOptions,
  lap: (lap: Lap) => Promise<T>,
): Promise<Laps<T>> {
  const laps = new Map<string, T[]>(peers.map(({ name }) => [name, []]))
  const failed = new Set<Peer>()
  for (let round = 1; round <= rounds; round++) {
    for (const peer of peers.filter((one) => !failed.has(one))) {
      try {
        const figures = await alone(peer, round, folder, lap)
        laps.get(peer.name)?.push(figures)
        say(`  round ${round}/${rounds}  ${peer.name.padEnd(19)}  ${summary(figures)}`)
      } catch (error) {
        failed.add(peer)
        onFailure(peer, error)
      }
    }
  }
  return laps
}

async function alone<T>(peer: Peer, round: number, folder: string, lap: (lap: Lap) => Promise<T>): Promise<T> {
  const place = mkdtempSync(join(folder, `${peer.name}-`))
  const [box, scratch] = [join(place, 'box'), join(place, 'scratch')]
  mkdirSync(scratch)
  try {
    const running = await peer.start(box, scratch)
    try {
      // Writes that earlier runs left to the disk must not slow down this one.
      spawnSync('sync')
      return await lap({ peer, round, running, box })
    } finally {
      await stopReceiver(running)
    }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

function summary(figures: Readonly<Record<string, number>>): string {
  const known = Object.entries(figures).filter(([, value]) => Number.isFinite(value))
  return known.map(([name, value]) => `${name} ${Number(value.toPrecision(3))}`).join('  ')
}
