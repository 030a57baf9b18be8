import { execFileSync } from 'node:child_process'
import { chmod, chown, mkdir, readdir, readFile, stat, symlink, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sandbox } from '../fixtures/receiving.ts'
import { onBehalfOf } from './owner.ts'
import {
  type Found,
  lookAtPrivate,
  lookAtPrivateSync,
  lookInPlaceSync,
  openPrivate,
  readInPlace,
  writePrivateFile,
} from './private-file.ts'

const isRoot = process.getuid?.() === 0

/** Both ways of looking say the same. */
async function look(path: string): Promise<Found> {
  const found = await lookAtPrivate(path)
  expect(lookAtPrivateSync(path)).toEqual(found)
  return found
}

const doubtful = (why: string) => ({ kind: 'doubtful', why: expect.stringContaining(why) })

test('what was written is read, and what is not there is nothing', async () => {
  const path = join(await sandbox(), 'file')
  expect(await look(path)).toEqual({ kind: 'none' })
  await writePrivateFile(path, 'text')
  expect(await look(path)).toEqual({ kind: 'text', text: 'text' })
  await chmod(path, 0o644)
  expect(await look(path)).toEqual({ kind: 'text', text: 'text' })
})

test('a link, a FIFO, a folder, a long file and one that others can change are not believed, and keep nobody waiting', async () => {
  const folder = await sandbox()
  const at = (name: string) => join(folder, name)
  await writePrivateFile(at('file'), 'text')
  await symlink(at('file'), at('link'))
  execFileSync('mkfifo', [at('fifo')])
  await mkdir(at('folder'))
  await writePrivateFile(at('long'), '')
  await truncate(at('long'), 2 ** 40)
  await writePrivateFile(at('open'), 'text')
  await chmod(at('open'), 0o620)
  expect(await look(at('link'))).toEqual(doubtful('symbolic link'))
  expect(await look(at('fifo'))).toEqual(doubtful('not a file'))
  expect(await look(at('folder'))).toEqual(doubtful('not a file'))
  expect(await look(at('long'))).toEqual(doubtful('longer than'))
  expect(await look(at('open'))).toEqual(doubtful('mode 0620'))
  expect(await look(join(at('file'), 'below'))).toEqual(doubtful('its folder, which is none'))
  await expect(openPrivate(at('fifo'), 2)).rejects.toThrow('not a file')
})

test.skipIf(!isRoot)(
  'a file of another user is believed only where its folder is of that user and says as much (needs root)',
  async () => {
    const folder = await sandbox()
    const path = join(folder, 'file')
    await writePrivateFile(path, 'text')
    await chown(path, 65_534, 65_534)
    expect(await look(path)).toEqual(doubtful('belongs to the user nobody'))
    await expect(readInPlace(path)).rejects.toThrow('belongs to the user nobody')
    await chown(folder, 65_534, 65_534)
    expect(await readInPlace(path)).toBe('text')
    expect(lookInPlaceSync(path)).toEqual({ kind: 'text', text: 'text' })
    expect(await look(path)).toEqual(doubtful('belongs to the user nobody'))
    expect(await onBehalfOf({ uid: 65_534, gid: 65_534 }, () => look(path))).toEqual({ kind: 'text', text: 'text' })
  },
)

test('on a file system that keeps no permissions a file in the receiving folder says no more than its folder', async () => {
  const folder = await sandbox()
  const path = join(folder, 'file')
  await writePrivateFile(path, 'text')
  await chmod(path, 0o666)
  await expect(readInPlace(path)).rejects.toThrow('mode 0666')
  await chmod(folder, 0o777)
  expect(await readInPlace(path)).toBe('text')
  expect(await look(path)).toEqual(doubtful('mode 0666'))
})

test.skipIf(!isRoot)(
  'what root writes for another user belongs to that user, and goes nowhere else (needs root)',
  async () => {
    const [folder, elsewhere] = [await sandbox(), await sandbox()]
    await chown(folder, 65_534, 65_534)
    await symlink(elsewhere, join(folder, 'led-away'))
    await onBehalfOf({ uid: 65_534, gid: 65_534 }, async () => {
      await writePrivateFile(join(folder, 'file'), 'text')
      await expect(writePrivateFile(join(folder, 'led-away', 'file'), 'text')).rejects.toThrow(
        'belongs to the user root',
      )
    })
    const { uid, gid, mode } = await stat(join(folder, 'file'))
    expect([uid, gid, mode & 0o777]).toEqual([65_534, 65_534, 0o600])
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('text')
    expect(await readdir(elsewhere)).toEqual([])
  },
)
