import type { FileHandle } from 'node:fs/promises'
import { link, mkdir, open, readdir, readFile, rename, stat, statfs, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formatBytes } from '../shared/format.ts'
import { type Checks, Problem } from './checks.ts'
import { COARSEST_TIME_MS } from './files.ts'
import { withScratch } from './scratch.ts'
import { closedState, ownerAndMode } from './state.ts'

/** The test's own files, twice, with room to spare, bytes. */
const NEEDED_BYTES = 256 * 1024 * 1024
const SYNCS = 7
/** What {@link statfs} calls the file systems that live in memory: tmpfs and ramfs. */
const inMemory = new Set([0x0102_1994, 0x8584_58f6])

/** What `checkFolder` found: whether a receiver can be tried here at all. */
export type FolderFindings = { readonly writable: boolean; readonly roomy: boolean }

/** Checks what a receiver needs of the file system of `directory`, in a folder inside it that is removed again. */
export async function checkFolder(directory: string, checks: Checks): Promise<FolderFindings> {
  const writable = await checks.run('writable', () => withScratch(directory, writeAndRead))
  if (!writable) return { writable, roomy: false }
  const roomy = await checks.run('free space', () => freeSpace(directory))
  await withScratch(directory, async (scratch) => {
    await checks.run('sync to disk', () => syncToDisk(scratch))
    await checks.run('nothing is replaced', () => refusesToReplace(scratch))
    await checks.run('long names', () => longNames(scratch))
    await checks.run('Unicode names', () => unicodeNames(scratch))
    await checks.run('writes in any order', () => writesInAnyOrder(scratch))
    await checks.run('modification time', () => modificationTime(scratch))
    await checks.run('owner and mode', () => ownerAndMode(scratch))
  })
  await checks.run('closed state', () => closedState(directory))
  return { writable, roomy }
}

async function writeAndRead(scratch: string): Promise<string> {
  const file = join(scratch, 'a file')
  await writeFile(file, 'text')
  if ((await readFile(file, 'utf8')) !== 'text') throw new Problem('A file did not read back as it was written.')
  return 'Files can be made, read and removed here.'
}

async function freeSpace(directory: string): Promise<string> {
  const { bavail, blocks, bsize } = await statfs(directory)
  const free = `${formatBytes(bavail * bsize)} of ${formatBytes(blocks * bsize)} are free.`
  if (bavail * bsize < NEEDED_BYTES)
    throw new Problem(`Only ${free} The test itself needs ${formatBytes(NEEDED_BYTES)}.`)
  return free
}

/** Times are reported, not judged: a slow disk is seldom wrong, and a very fast one may have a battery. */
async function syncToDisk(scratch: string): Promise<string> {
  const file = await open(join(scratch, 'synced'), 'w')
  const timesMs: number[] = []
  try {
    for (let i = 0; i < SYNCS; i++) {
      await file.write(Buffer.alloc(4096, i), 0, 4096, i * 4096)
      const startedAtMs = performance.now()
      await file.datasync()
      timesMs.push(performance.now() - startedAtMs)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  // Windows does not open folders.
  if (process.platform !== 'win32') await usingFile(scratch, (folder) => folder.sync())
  const medianMs = timesMs.sort((a, b) => a - b)[Math.floor(SYNCS / 2)] ?? 0
  const time = `Works; 4 KiB take ${medianMs.toFixed(2)} ms.`
  if (!inMemory.has((await statfs(scratch)).type)) return time
  return `${time} But this folder is in memory: nothing in it survives a power cut.`
}

/**
 * A receiver gives a file its name with a link, which fails when the name is taken, and replaces a file only when it is
 * told to.
 */
async function refusesToReplace(scratch: string): Promise<string> {
  const [newFile, taken] = [join(scratch, 'new'), join(scratch, 'taken')]
  await writeFile(newFile, 'new')
  await writeFile(taken, 'old')
  await mustBeRefused(link(newFile, taken))
  if ((await readFile(taken, 'utf8')) !== 'old') throw new Problem('A file was replaced although its name was taken.')
  await rename(newFile, taken)
  if ((await readFile(taken, 'utf8')) !== 'new') throw new Problem('A file was not replaced when it should have been.')
  return 'A name that is taken is refused, and a file is replaced only on purpose.'
}

async function mustBeRefused(linking: Promise<void>): Promise<void> {
  try {
    await linking
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    const message = `This file system has no hard links (${code}), with which a receiver names files without replacing any.`
    throw new Problem(message, { cause: error })
  }
  throw new Problem('A second file could be given a name that was taken.')
}

async function longNames(scratch: string): Promise<string> {
  const folder = join(scratch, 'long')
  await mkdir(folder)
  for (const name of [`${'n'.repeat(251)}.txt`, `${'é'.repeat(125)}a.txt`, `${'影'.repeat(83)}12.txt`]) {
    await writeFile(join(folder, name), 'x')
    await readFile(join(folder, name))
  }
  return 'Names of 255 bytes can be stored.'
}

async function unicodeNames(scratch: string): Promise<string> {
  const folder = join(scratch, 'unicode')
  await mkdir(folder)
  const [composed, decomposed] = ['\u00e9', 'e\u0301']
  for (const name of [composed, '影片 😀', 'a.txt']) await writeFile(join(folder, name), name)
  const names = new Set((await readdir(folder)).map((name) => name.normalize('NFC')))
  for (const name of [composed, '影片 😀']) {
    if (!names.has(name)) throw new Problem(`The name “${name}” came back as another one.`)
    if ((await readFile(join(folder, name), 'utf8')) !== name)
      throw new Problem(`“${name}” holds another file’s content.`)
  }
  const forms = (await isThere(join(folder, decomposed))) ? 'one name' : 'two names'
  const cases = (await isThere(join(folder, 'A.TXT'))) ? 'the same name' : 'two names'
  return `Kept as sent; é written in two ways is ${forms}, a.txt and A.TXT are ${cases} here.`
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function writesInAnyOrder(scratch: string): Promise<string> {
  const blocks = [3, 0, 2, 1].map((place) => ({ place, data: Buffer.alloc(65_536, place + 1) }))
  const path = join(scratch, 'parts')
  await usingFile(
    path,
    async (file) => {
      for (const { place, data } of blocks) await file.write(data, 0, data.length, place * data.length)
    },
    'w',
  )
  const whole = Buffer.concat([...blocks].sort((a, b) => a.place - b.place).map(({ data }) => data))
  if (!(await readFile(path)).equals(whole)) throw new Problem('Parts that were written out of order read back wrong.')
  return 'Parts written out of order read back right.'
}

async function modificationTime(scratch: string): Promise<string> {
  const file = join(scratch, 'dated')
  await writeFile(file, 'x')
  const wished = new Date('2001-02-03T04:05:06.789Z')
  await utimes(file, wished, wished)
  const offMs = Math.abs((await stat(file)).mtimeMs - wished.getTime())
  if (offMs > COARSEST_TIME_MS) throw new Problem(`A file’s time was kept wrong by ${Math.round(offMs / 1000)} s.`)
  return offMs < 1 ? 'Kept to the millisecond.' : `Kept, ${Math.round(offMs)} ms off.`
}

async function usingFile(path: string, use: (file: FileHandle) => Promise<void>, flags = 'r'): Promise<void> {
  const file = await open(path, flags)
  try {
    await use(file)
  } finally {
    await file.close()
  }
}
