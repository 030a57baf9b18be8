import { constants } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { keptDigest, readKeptDigest } from '../../proto/digest/digest-forms.ts'
import type { Digest } from '../../proto/digests.ts'
import { hasCode } from '../base/errors.ts'
import type { Ledger, UploadRecord } from '../ledger/ledger.ts'
import { isStoredPath, STATE_FOLDER } from '../names/safe-path.ts'
import { openInPlace } from '../state-folder/private-file.ts'
import { openOwnFolder } from '../store/folder.ts'

/** What a file is; its size in bytes. */
export type Content = { readonly size: number; readonly digest: Digest }

/** Clocks of a disk and of a receiver may be so far apart, ms. */
const CLOCK_MS = 5
/** No announcement is longer, bytes. */
const LONGEST_BYTES = 65_536

const folderOf = (directory: string) => join(directory, STATE_FOLDER, 'replacing')

/**
 * Remembers what is about to replace files, one small file for each, until the log says that it has. Should the
 * receiver end in between, the new file may be there and the log still tell of the old one: whoever verifies it must
 * not take that for damage.
 */
export async function openReplacements(directory: string, ledger: Pick<Ledger, 'uploads'>) {
  const folder = folderOf(directory)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await (await openOwnFolder(directory, [STATE_FOLDER, 'replacing'])).close()
  // Announcements that a crash left behind. Their publications have ended by now, one way or the other.
  for (const name of await readdir(folder)) {
    const record = await ledger.uploads.find(name.replace(/\.json$/, ''))
    if (record?.state.kind !== 'publishing') await rm(join(folder, name), { recursive: true, force: true })
  }
  const fileOf = ({ fileId }: UploadRecord) => join(folder, `${fileId}.json`)
  return {
    /** When it resolves, it survives a crash of this process. */
    async announce(record: UploadRecord): Promise<void> {
      if (record.state.kind !== 'publishing') return
      const { storedAs, digest } = record.state
      const text = JSON.stringify({ path: storedAs.join('/'), size: record.sizeBytes, ...keptDigest(digest) })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { O_WRONLY, O_CREAT, O_TRUNC } = constants
      const file = await openInPlace(fileOf(record), O_WRONLY | O_CREAT | O_TRUNC)
      await file.writeFile(text).finally(() => file.close())
    },
    forget: (record: UploadRecord): Promise<void> => rm(fileOf(record), { force: true }),
  }
}

/**
 * What may have replaced the file at a path below the receiving folder, components joined with "/", since the log told
 * of it.
 *
 * @param loggedAtMs milliseconds since 1970.
 */
export async function replacementsOf(directory: string, path: string, loggedAtMs: number): Promise<readonly Content[]> {
  const contents: Content[] = []
  for (const name of await readdir(folderOf(directory)).catch(none)) {
    const announced = await announcedIn(join(folderOf(directory), name))
    // An older announcement has happened, and is in the log.
    if (announced?.path === path && announced.atMs >= loggedAtMs - CLOCK_MS) contents.push(announced)
  }
  return contents
}

type Announced = Content & { readonly path: string; readonly atMs: number }

/** What a file announces; undefined when it is gone, or is not believed. */
async function announcedIn(path: string): Promise<Announced | undefined> {
  const file = await openInPlace(path, constants.O_RDONLY).catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const stats = await file.stat()
    if (stats.size > LONGEST_BYTES) return undefined
    const content = parse(await file.readFile('utf8'))
    return content && { ...content, atMs: stats.mtimeMs }
  } finally {
    await file.close()
  }
}

function parse(text: string): (Content & { readonly path: string }) | undefined {
  try {
    const value: Partial<Record<'path' | 'size' | 'md5' | 'digest', unknown>> | null = JSON.parse(text)
    if (typeof value?.path !== 'string' || !isStoredPath(value.path.split('/'))) return undefined
    const { path, size } = value
    const digest = readKeptDigest(value)
    const isWhole = typeof size === 'number' && Number.isSafeInteger(size) && size >= 0
    return isWhole && digest ? { path, size, digest } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** For `catch`: receivers of earlier versions have no such folder. */
function none(error: unknown): readonly string[] {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
  throw error
}
