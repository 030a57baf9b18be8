import { lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fileIdentity } from '../base/file-identity.ts'
import { sandbox } from '../fixtures/receiving.ts'
import { openSmallFileDisk } from './small-file-disk.ts'

const SOME_TIME_MS = 1_000_000_000_000

test.each(['in its thread', 'without one'])(
  '%s, files are made, named and removed, and each fails alone',
  async (how) => {
    const folder = await sandbox()
    const disk = openSmallFileDisk()
    onTestFinished(() => disk.close())
    if (how === 'without one') await disk.close()
    await writeFile(join(folder, 'b'), 'was there')
    await mkdir(join(folder, 'taken'))
    const at = (name: string) => join(folder, name)
    const data = (text: string) => Buffer.from(text).subarray(1)

    const made = await Promise.allSettled([
      disk.make(at('a'), SOME_TIME_MS, data('-one')),
      disk.make(at('b'), SOME_TIME_MS, data('-two')),
      disk.make(at('gone/c'), SOME_TIME_MS, data('-three')),
      disk.make(at('d'), SOME_TIME_MS, Buffer.alloc(0)),
    ])
    expect(made.map((one) => (one.status === 'fulfilled' ? 'made' : one.reason.code))).toEqual([
      'made',
      'EEXIST',
      'ENOENT',
      'made',
    ])
    expect(made[0]).toMatchObject({ value: fileIdentity(await stat(at('a'), { bigint: true })) })
    expect((await stat(at('a'))).mtimeMs).toBe(SOME_TIME_MS)
    expect((await stat(at('a'))).mode & 0o7777).toBe(0o644 & ~process.umask())
    expect(await Promise.all(['a', 'b', 'd'].map((name) => readFile(at(name), 'utf8')))).toEqual([
      'one',
      'was there',
      '',
    ])

    await symlink('nowhere', at('link'))
    const named = ['named', 'b', 'taken', 'link'].map((name) => disk.linkUnlessTaken(at('a'), at(name)))
    expect(await Promise.all(named)).toEqual([true, false, false, false])
    expect((await lstat(at('link'))).isSymbolicLink()).toBe(true)
    await Promise.all([disk.remove(at('a')), disk.remove(at('was never there'))])
    expect((await readdir(folder)).sort()).toEqual(['b', 'd', 'link', 'named', 'taken'])
  },
)
