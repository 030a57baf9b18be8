import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repeatsIn } from '../support/repeats.ts'
import { everyFile, ROOT } from '../support/sources.ts'
import { tempDir } from '../support/temp-dir.ts'

const ROOMS = ['bench', 'chromium-host', 'cli', 'main', 'proto', 'renderer', 'scripts', 'server', 'test']
/**
 * Whoever changes one of two places that say the same has to know of the other. A line counts, too, where only a part
 * of it is the same.
 */
const MOST_LINES = 11

test('no two places say the same on 12 lines or more', () => {
  const files = ROOMS.flatMap((room) => everyFile(room)).filter(
    (file) => /\.(tsx?|[cm]js|css)$/.test(file) && !file.startsWith('proto/generated'),
  )
  expect(files.length).toBeGreaterThan(900)
  expect(repeatsIn(ROOT, files, MOST_LINES + 1)).toEqual([])
})

test('a repetition is seen however it is broken into lines, and imports and comments are none', () => {
  const folder = tempDir()
  const body = (name: string) =>
    Array.from({ length: 12 }, (_, n) => `  const value${n} = ${name}(first + ${n}, second)\n`).join('')
  const imports = Array.from({ length: 20 }, (_, n) => `import { name${n} } from './module-${n}.ts'\n`).join('')
  const texts = {
    'one.ts': `${imports}export function one() {\n${body('call')}}\n`,
    'two.ts': `${imports}// Why.\nconst two = () => {\n\n${body('call').replaceAll(', second)', ',\n second,\n)')}return 2\n}\n`,
    'other.ts': `${imports}export function other() {\n${body('ask')}}\n`,
    'twice.ts': `class Twice {\n  one() {\n${body('twice')}  }\n  two() {\n${body('twice')}  }\n}\n`,
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  expect(repeatsIn(folder, Object.keys(texts), 12)).toEqual([
    { lines: 37, places: ['one.ts:21-33', 'two.ts:22-59'] },
    { lines: 14, places: ['twice.ts:2-15', 'twice.ts:16-29'] },
  ])
  expect(repeatsIn(folder, ['one.ts', 'two.ts'], 38)).toEqual([])
})
