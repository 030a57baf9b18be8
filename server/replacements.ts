import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from './errors.ts'
import type { Ledger, UploadRecord } from './ledger/ledger.ts'
import { readInPlace } from './private-file.ts'
import { STATE_FOLDER } from './safe-path.ts'

/** Bytes, and lower-case hex. */
export type Content = { readonly size: number; readonly md5: string }

/** Clocks of a disk and of a receiver may be so far apart, ms. */
const CLOCK_MS = 5

const folderOf = (directory: string) => join(directory, STATE_FOLDER, 'replacing')

/**
 * Remembers what is about to replace files, one small file for each, until the log says that it has. Should the receiver end in between, the new file may be
 * there and the log still tell of the old one: whoever verifies it must not take that for damage.
 */
export async function openReplacements(directory: string, ledger: Pick<Ledger, 'uploads'>) {
  const folder = folderOf(directory)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // What a crash left of publications that ended, however they did.
  for (const name of await readdir(folder)) {
    const record = await ledger.uploads.find(name.replace(/\.json$/, ''))
    if (record?.state.kind !== 'publishing') await rm(join(folder, name), { recursive: true, force: true })
  }
  const fileOf = ({ fileId }: UploadRecord) => join(folder, `${fileId}.json`)
  return {
    /** When it resolves, it survives a crash of this process. */
    async announce(record: UploadRecord): Promise<void> {
      if (record.state.kind !== 'publishing') return
      const { storedAs, md5 } = record.state
      const text = JSON.stringify({ path: storedAs.join('/'), size: record.sizeBytes, md5 })
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeFile(fileOf(record), text, { mode: 0o600 })
    },
    forget: (record: UploadRecord): Promise<void> => rm(fileOf(record), { force: true }),
  }
}

/**
 * What may have replaced the file at a path below the receiving folder, components joined with "/", since the log told of it.
 *
 * @param loggedAtMs milliseconds since 1970.
 */
export async function replacementsOf(directory: string, path: string, loggedAtMs: number): Promise<readonly Content[]> {
  const contents: Content[] = []
  for (const name of await readdir(folderOf(directory)).catch(none)) {
    const file = join(folderOf(directory), name)
    const announced = parse((await readInPlace(file).catch(unbelieved)) ?? '')
    if (announced?.path !== path) continue
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Number.NEGATIVE_INFINITY }))
    // One that is older has happened, and is in the log.
    if (mtimeMs >= loggedAtMs - CLOCK_MS) contents.push(announced)
  }
  return contents
}

function parse(text: string): (Content & { readonly path: string }) | undefined {
  try {
    const value: Partial<Content & { path: string }> | null = JSON.parse(text)
    const isWhole = typeof value?.path === 'string' && typeof value.size === 'number' && typeof value.md5 === 'string'
    return isWhole ? (value as Content & { path: string }) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** For `catch`: what cannot be read, or is not believed, announces nothing. */
function unbelieved(error: unknown): undefined {
  if (!(error instanceof Error)) throw error
}

/** For `catch`: receivers of earlier versions have no such folder. */
function none(error: unknown): readonly string[] {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return []
  throw error
}
