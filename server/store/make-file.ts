import { constants } from 'node:fs'
import { open, unlink } from 'node:fs/promises'
import { fileIdentity } from '../base/file-identity.ts'
import { toOffset, writeFully } from '../bytes/to-offset.ts'

/** Who may read and change a file that arrived, as far as the umask of the receiver allows. */
export const MADE_MODE = 0o644 & ~process.umask()

/** Writes a new file and answers its identity. When it rejects, nothing is left of it. */
export async function makeFile(
  path: string,
  modifiedAtMs: number,
  data: Buffer,
  { durable = false } = {},
): Promise<string> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL, MADE_MODE)
  try {
    await writeFully(file, data, toOffset('0'))
    await file.utimes(new Date(), new Date(modifiedAtMs))
    if (durable) await file.sync()
    return fileIdentity(await file.stat({ bigint: true }))
  } catch (error) {
    await unlink(path)
    throw error
  } finally {
    await file.close()
  }
}
