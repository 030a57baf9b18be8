import { ensureSystemPackages, findSystemPackages } from '../../scripts/system-packages.ts'
import type { Peer } from '../run/peer.ts'
import { allPeers } from './all.ts'

export type Choice = {
  readonly peers: readonly Peer[]
  /** A sentence for each peer that cannot run here. */
  readonly skipped: readonly string[]
}

/**
 * The peers of these names that can run here, all of them when there are no names; always the first one, with which the
 * others are compared.
 */
export function choosePeers(names: readonly string[], install: boolean): Choice {
  const peers: Peer[] = []
  const skipped: string[] = []
  for (const [place, peer] of allPeers.entries()) {
    if (place > 0 && names.length > 0 && !names.includes(peer.name)) continue
    const found = install ? ensureSystemPackages(peer.needs) : findSystemPackages(peer.needs)
    if (found.kind === 'missing') skipped.push(`${peer.name} is left out. ${found.advice}`)
    else peers.push(peer)
  }
  return { peers, skipped }
}
