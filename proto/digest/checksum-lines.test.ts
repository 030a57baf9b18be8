import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { xxhash128 } from 'hash-wasm'
import { expect, test } from 'vitest'
import { isOnPath } from '../../scripts/system-packages.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { type DigestKind, digestKinds } from '../digests.ts'
import { checkPrograms, checksumLine } from './checksum-lines.ts'

const NAMES = [
  'plain',
  'two  words',
  'back\\slash',
  '\\nnot a new line',
  ' spaces ',
  '-dash',
  '*star',
  '#hash',
  '名字 🎬',
]

async function hexOf(kind: DigestKind, text: string): Promise<string> {
  return kind === 'xxh128' ? xxhash128(text) : createHash(kind).update(text).digest('hex')
}

test.for(digestKinds)(
  'the program for %s itself reads the lines and finds every file, and a changed one',
  async (kind, context) => {
    const program = checkPrograms[kind]
    context.skip(!isOnPath(program), `${program} is not installed`)
    const folder = tempDir()
    // xxhsum knows escapes from 0.8.2 on only.
    const names = kind === 'xxh128' ? NAMES : [...NAMES, 'new\nline', 'all\\of\nit\r']
    const lines: string[] = []
    for (const name of names) {
      writeFileSync(join(folder, name), name)
      lines.push(checksumLine({ kind, hex: await hexOf(kind, name) }, name))
    }
    writeFileSync(join(folder, 'list'), lines.join(''))
    const check = () => execFileSync(program, ['-c', 'list'], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
    expect(check().match(/: OK$/gm)).toHaveLength(names.length)
    writeFileSync(join(folder, 'plain'), 'something else')
    expect(check).toThrow()
  },
)

test('a name that would not stay on its line is escaped, for xxhsum only then', () => {
  const hex = '0'.repeat(32)
  expect(checksumLine({ kind: 'md5', hex }, 'a\\b')).toBe(`\\${hex}  a\\\\b\n`)
  expect(checksumLine({ kind: 'md5', hex }, 'a\nb\r')).toBe(`\\${hex}  a\\nb\\r\n`)
  expect(checksumLine({ kind: 'xxh128', hex }, 'a\\b')).toBe(`${hex}  a\\b\n`)
  expect(checksumLine({ kind: 'xxh128', hex }, 'a\\\nb')).toBe(`\\${hex}  a\\\\\\nb\n`)
})
