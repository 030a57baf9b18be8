import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode } from './errors.ts'

/** Makes a folder that only its owner may look into, also when it was there and others could. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await chmod(path, 0o700)
}

/**
 * Writes a file that only its owner may read. It appears at once and whole, so that another process sees the old text or the new one, and when this
 * resolves it survives a power cut. Its folder must be there.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await written(path, text, (aside) => rename(aside, path))
}

/** The same for a file that is not there yet. Answers false, and changes nothing, when it is: of several that make it, one does. */
export async function makePrivateFile(path: string, text: string): Promise<boolean> {
  try {
    await written(path, text, (aside) => link(aside, path))
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

async function written(path: string, text: string, name: (aside: string) => Promise<void>): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(aside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await name(aside)
  } finally {
    await rm(aside, { force: true })
  }
  await syncFolder(dirname(path))
}

/** Deletes such a file for good; answers whether it was there. */
export async function removePrivateFile(path: string): Promise<boolean> {
  try {
    await rm(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
  await syncFolder(dirname(path))
  return true
}

/** The text of a file; undefined when there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** What a file of ours says; undefined when it is no JSON object. */
export function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Windows opens no folders; there a name is as durable as NTFS makes it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}
