import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tempDir } from '../test/support/temp-dir.ts'
import { codeFolder } from './code-folder.ts'

test('the folder is made, is for this version of Node, and is not the same for a send and the others', () => {
  const home = tempDir()
  const cache = join(home, 'cache')
  const forSend = codeFolder('send', cache, home)
  expect(forSend).toContain(process.version)
  expect(existsSync(forSend ?? '')).toBe(true)
  expect(codeFolder('send', cache, home)).toBe(forSend)
  const others = ['receive', 'sent', '../send', undefined].map((command) => codeFolder(command, cache, home))
  expect(new Set(others).size).toBe(1)
  expect(others[0]).not.toBe(forSend)
})

test('where none can be made, there is none', () => {
  const home = tempDir()
  writeFileSync(join(home, 'cache'), '')
  expect(codeFolder('send', join(home, 'cache'), home)).toBeUndefined()
  expect(codeFolder('send', join(home, 'other'), join(home, 'nowhere'))).toBeUndefined()
  expect(existsSync(join(home, 'other'))).toBe(false)
})

describe.skipIf(process.platform === 'win32')('of other users', () => {
  test('the folder is closed to them, and is not used when it is open', () => {
    const home = tempDir()
    const folder = codeFolder('send', join(home, 'cache'), home) ?? ''
    for (const made of [folder, dirname(folder)]) expect(statSync(made).mode & 0o777).toBe(0o700)
    chmodSync(folder, 0o770)
    expect(codeFolder('send', join(home, 'cache'), home)).toBeUndefined()
  })

  test('a link in its place is not followed', () => {
    const home = tempDir()
    const folder = codeFolder('send', join(home, 'cache'), home) ?? ''
    const elsewhere = join(home, 'elsewhere')
    mkdirSync(elsewhere, { mode: 0o700 })
    const cache = join(home, 'second')
    mkdirSync(join(cache, 'code'), { recursive: true })
    symlinkSync(elsewhere, join(cache, 'code', folder.split('/').at(-1) ?? ''))
    expect(codeFolder('send', cache, home)).toBeUndefined()
  })

  test('a home of somebody else gets nothing', () => {
    const home = tempDir()
    // Every system has a folder of root, and of somebody else when root runs this.
    const foreign = process.getuid?.() === 0 ? undefined : '/'
    if (foreign !== undefined) expect(codeFolder('send', join(home, 'cache'), foreign)).toBeUndefined()
  })
})
