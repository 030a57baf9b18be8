import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ReceiveError } from '../base/errors.ts'
import { makePrivateFile, readPrivate } from '../state-folder/private-file.ts'

/** What the nodes of one receiver know, and nobody else: not the Redis that they share, and no sender. */
export type NodeSecret = {
  /** Proves to the other nodes that one of them said these words, for this purpose: HMAC-SHA256, hex. */
  mac(purpose: string, ...words: readonly string[]): string
}

const SECRET_BYTES = 32

export function toNodeSecret(key: Buffer): NodeSecret {
  return {
    mac: (...words) => createHmac('sha256', key).update(JSON.stringify(words)).digest('hex'),
  }
}

/**
 * The secret in the state folder that all nodes share, made at the first start of the first of them.
 *
 * @throws ReceiveError STORAGE_NOT_WRITABLE when what is kept there is none.
 */
export async function readOrMakeNodeSecret(stateDirectory: string): Promise<NodeSecret> {
  const path = join(stateDirectory, 'node-secret')
  // Nodes that start at the same moment must agree.
  if ((await readPrivate(path)) === undefined)
    await makePrivateFile(path, `${randomBytes(SECRET_BYTES).toString('hex')}\n`)
  const [text] = /^[0-9a-f]{64}$/.exec((await readPrivate(path))?.trim() ?? '') ?? []
  if (text !== undefined) return toNodeSecret(Buffer.from(text, 'hex'))
  throw new ReceiveError(
    'STORAGE_NOT_WRITABLE',
    `What the nodes of this receiver share, ${path}, cannot be read. End all nodes and delete it.`,
  )
}
