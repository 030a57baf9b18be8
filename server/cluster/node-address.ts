import { isSameProof } from '../../proto/pairing.ts'
import { parsedObject } from '../state-folder/private-file.ts'
import type { NodeSecret } from './node-secret.ts'

/** What a node has in common with the others, and where it is itself. */
export type Fellow = {
  readonly secret: NodeSecret
  /** Host and port where it answers other nodes. */
  readonly address: string
  /** The certificate that it presents itself, PEM, and so do the others; undefined without encryption. */
  readonly certificatePem: string | undefined
}

/** What a node tells of itself in Redis, where others could write, too: so it proves that a node wrote it. */
export function toNodeText({ secret, address }: Fellow, nodeId: string): string {
  return JSON.stringify({ address, proof: secret.mac('node', nodeId, address) })
}

const NODE_ADDRESS = /^(\[[0-9a-f:.]+\]|[^\s:/[\]]{1,253}):\d{1,5}$/i

/** True for host and port as nodes are asked at. */
export function isNodeAddress(text: string): boolean {
  return NODE_ADDRESS.test(text)
}

/** Where a node is, by what Redis says that it told of itself; undefined when no node of this receiver said that. */
export function addressIn(told: string, nodeId: string, secret: NodeSecret): string | undefined {
  const { address, proof } = parsedObject(told) ?? {}
  if (typeof address !== 'string' || typeof proof !== 'string' || !isNodeAddress(address)) return undefined
  const expected = secret.mac('node', nodeId, address)
  return isSameProof(Buffer.from(expected), Buffer.from(proof)) ? address : undefined
}
