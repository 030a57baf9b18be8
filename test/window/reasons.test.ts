import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const engine = join(root, 'main/engine')

/** Every reason that a source of the engine names: where it makes an error, in its table of errors, and in a status. */
function reasonsOfTheEngine(): readonly string[] {
  const patterns = [
    /new UploadError\(\s*'([A-Z_]+)'/g,
    /^ {2}([A-Z_]+): \['(?:retry|stop)/gm,
    /kind: 'interrupted', reason: '([A-Z_]+)'/g,
  ]
  const sources = readdirSync(engine, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(engine, name), 'utf8'))
  const found = sources.flatMap((text) => patterns.flatMap((pattern) => [...text.matchAll(pattern)]))
  return [...new Set(found.map(([, reason]) => reason ?? ''))].sort()
}

test.each(['en', 'zh-CN'])('every reason the engine gives has a sentence in the window (%s)', (language) => {
  const reasons = reasonsOfTheEngine()
  expect(reasons).toEqual(expect.arrayContaining(['UNREACHABLE', 'DISK_FULL', 'ASLEEP', 'SOURCE_MISSING']))
  const texts = JSON.parse(readFileSync(join(root, `renderer/locales/${language}.json`), 'utf8'))
  expect(reasons.filter((reason) => texts.reason[reason] === undefined)).toEqual([])
})
