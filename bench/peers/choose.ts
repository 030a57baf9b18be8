import { spawnSync } from 'node:child_process'
import { ensureSystemPackages, findSystemPackages } from '../../scripts/system-packages.ts'
import type { Peer } from '../run/peer.ts'
import { allPeers } from './all.ts'
import { longshoreOn } from './longshore.ts'

export type Choice = {
  readonly peers: readonly Peer[]
  /** A sentence for each peer that cannot run here. */
  readonly skipped: readonly string[]
}

/** What was asked for. */
export type Wish = {
  /** Of peers; empty for all. */
  readonly peer: readonly string[]
  /** Programs of Node that Longshore is to run on as well. */
  readonly node: readonly string[]
  /** Whether what is missing of the system is installed. */
  readonly install?: true
}

/**
 * The peers of these names that can run here; always the first one, with which the others are compared, and after it
 * the same on each other Node. Throws an Error when one of those cannot be told from another, or is no Node.
 */
export function choosePeers({ peer: names, node, install }: Wish): Choice {
  const peers: Peer[] = []
  const skipped: string[] = []
  for (const [place, peer] of allPeers.entries()) {
    if (place > 0 && names.length > 0 && !names.includes(peer.name)) continue
    const found = install ? ensureSystemPackages(peer.needs) : findSystemPackages(peer.needs)
    if (found.kind === 'missing') skipped.push(`${peer.name} is left out. ${found.advice}`)
    else peers.push(peer)
    if (place === 0) peers.push(...onOtherNodes(node))
  }
  return { peers, skipped }
}

function onOtherNodes(programs: readonly string[]): Peer[] {
  const peers = programs.map((node) => longshoreOn(node, nodeVersion(node)))
  const twice = peers.find(({ name }, place) => peers.findIndex((other) => other.name === name) < place)
  if (twice) throw new Error(`two programs would both be named ${twice.name}.`)
  return peers
}

/** As the program tells it: `v24.22.0`. */
export function nodeVersion(node: string): string {
  const { stdout, error } = spawnSync(node, ['--version'], { encoding: 'utf8' })
  const version = stdout?.trim() ?? ''
  if (!/^v\d+\.\d+\.\d+/.test(version)) throw new Error(`${node} is no Node.`, { cause: error })
  return version
}
