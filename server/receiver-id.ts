import { randomBytes } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from './errors.ts'

/** The stable random id of a receiver, 32 hex digits, made at its first start and kept in its state folder. */
export async function readOrMakeReceiverId(stateDirectory: string): Promise<string> {
  const path = join(stateDirectory, 'receiver-id')
  const known = await readFile(path, 'utf8').catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return ''
    throw error
  })
  if (/^[0-9a-f]{32}$/.test(known.trim())) return known.trim()
  // Written aside first, so that a crash leaves no half of it.
  const id = randomBytes(16).toString('hex')
  const file = await open(`${path}.new`, 'w', 0o600)
  await file.writeFile(`${id}\n`)
  await file.sync().finally(() => file.close())
  await rename(`${path}.new`, path)
  return id
}
