import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { makePrivateFile, readIfThere, writePrivateFile } from './private-file.ts'

/** The stable random id of a receiver, 32 hex digits, made at its first start and kept in its state folder. */
export async function readOrMakeReceiverId(stateDirectory: string): Promise<string> {
  const path = join(stateDirectory, 'receiver-id')
  const known = await readId(path)
  if (known !== undefined) return known
  const id = randomBytes(16).toString('hex')
  // Nodes that start at the same moment must agree.
  if (await makePrivateFile(path, `${id}\n`)) return id
  const others = await readId(path)
  if (others !== undefined) return others
  // What is there is not an id.
  await writePrivateFile(path, `${id}\n`)
  return id
}

async function readId(path: string): Promise<string | undefined> {
  const text = await readIfThere(path)
  return /^[0-9a-f]{32}$/.exec(text?.trim() ?? '')?.[0]
}
