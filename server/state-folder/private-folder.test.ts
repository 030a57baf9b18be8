import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sandbox } from '../fixtures/receiving.ts'
import { type ChangeMode, closeFolder, makePrivateFolder } from './private-folder.ts'
import { sweepState } from './state-sweep.ts'

/** A file system where everything stays as open as it is: some say so, some only do so. */
const forgetful: readonly ChangeMode[] = [
  async () => undefined,
  async () => {
    throw Object.assign(new Error('not permitted'), { code: 'EPERM', syscall: 'fchmod' })
  },
]

async function openFolder(): Promise<string> {
  const folder = join(await sandbox(), 'state')
  await mkdir(folder)
  await chmod(folder, 0o777)
  return folder
}

const modeOf = async (path: string) => (await stat(path)).mode & 0o777

test('a folder that others could come to is closed, and nothing else is left in it', async () => {
  const folder = await openFolder()
  const { modeBefore, stats } = await closeFolder(folder, 'state')
  expect([modeBefore & 0o777, stats.mode & 0o777, await modeOf(folder)]).toEqual([0o777, 0o700, 0o700])
  expect(await readdir(folder)).toEqual([])
})

test.for(forgetful)(
  'where the file system keeps no permissions no secret is kept, and the sentence says where instead',
  async (change) => {
    const folder = await openFolder()
    await expect(closeFolder(folder, 'state', change)).rejects.toMatchObject({
      code: 'STORAGE_NOT_WRITABLE',
      message: expect.stringMatching(
        /state stays open to other users \(mode 0777\), .* keeps no permissions; .*--state-dir DIR/,
      ),
    })
    expect(await readdir(folder)).toEqual([])
  },
)

test.for(forgetful)('what belongs to received files stays as open as they are, and that is told', async (change) => {
  const folder = await openFolder()
  await writeFile(join(folder, 'received.jsonl'), '', { mode: 0o666 })
  const closed = await closeFolder(folder, 'place', change)
  expect(closed.stats.mode & 0o777).toBe(0o777)
  expect(await sweepState(folder, 'place', closed)).toMatch(
    /stays open to other users \(mode 0777\).* what is received there\.$/,
  )
  expect(await readdir(folder)).toEqual(['received.jsonl'])
})

test('a symbolic link to a folder is not closed in its place', async () => {
  const folder = await openFolder()
  await symlink(folder, `${folder}.link`)
  await expect(makePrivateFolder(`${folder}.link`)).rejects.toThrow('symbolic link')
  await expect(closeFolder(`${folder}.link`, 'place')).rejects.toThrow('symbolic link')
  expect(await modeOf(folder)).toBe(0o777)
})

test('an empty folder that others could only look into is closed without a word', async () => {
  const folder = await openFolder()
  await chmod(folder, 0o755)
  expect(await sweepState(folder, 'state', await closeFolder(folder, 'state'))).toBeUndefined()
  expect(await modeOf(folder)).toBe(0o700)
})

test('a folder with other things in it is not closed to those who need them, and keeps no keys where others can change it', async () => {
  const folder = await openFolder()
  await writeFile(join(folder, 'something else'), '')
  await chmod(folder, 0o755)
  const closed = await closeFolder(folder, 'state')
  expect(await sweepState(folder, 'state', closed)).toBeUndefined()
  expect(await modeOf(folder)).toBe(0o755)
  await chmod(folder, 0o1777)
  await expect(closeFolder(folder, 'state')).rejects.toThrow('has other things in it')
  expect(await modeOf(folder)).toBe(0o777)
})
