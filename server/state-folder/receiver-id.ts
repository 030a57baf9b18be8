import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { makePrivateFile, readPrivate, writePrivateFile } from './private-file.ts'

/** The stable random id of a receiver, 32 hex digits, made at its first start and kept in its state folder. */
export async function readOrMakeReceiverId(stateDirectory: string): Promise<string> {
  const known = await readReceiverId(stateDirectory)
  if (known !== undefined) return known
  const path = pathIn(stateDirectory)
  const id = randomBytes(16).toString('hex')
  // Nodes that start at the same moment must agree.
  if (await makePrivateFile(path, `${id}\n`)) return id
  const others = await readReceiverId(stateDirectory)
  if (others !== undefined) return others
  // What is there is not an id.
  await writePrivateFile(path, `${id}\n`)
  return id
}

/** The same; undefined before the first start. */
export async function readReceiverId(stateDirectory: string): Promise<string | undefined> {
  const text = await readPrivate(pathIn(stateDirectory))
  return /^[0-9a-f]{32}$/.exec(text?.trim() ?? '')?.[0]
}

function pathIn(stateDirectory: string): string {
  return join(stateDirectory, 'receiver-id')
}
