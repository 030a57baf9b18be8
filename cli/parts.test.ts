import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../test/support/temp-dir.ts'
import { createParts } from './parts.ts'

/** Two parts of a program, and where what they are compiled to is kept. */
function program(answer: string) {
  const [folder, kept] = [tempDir(), tempDir()]
  const main = join(folder, 'main.js')
  const write = (to: string): void => {
    writeFileSync(main, "exports.answer = () => require('./other.js').answer(); exports.sep = require('node:path').sep")
    writeFileSync(join(folder, 'other.js'), `exports.answer = () => ${to}; exports.file = __filename`)
  }
  write(answer)
  const run = (directory: string | undefined = kept) => {
    const parts = createParts(directory)
    const { answer: ask, sep } = parts.load(main) as { answer(): unknown; sep: string }
    const answered = ask()
    parts.keep()
    return { answered, sep }
  }
  return { folder, kept, write, run }
}

const times = (folder: string) =>
  readdirSync(folder).map((name) => [name, statSync(join(folder, name), { bigint: true }).mtimeNs])

test('parts are loaded once, find each other and the modules of Node, and are kept for the next start', () => {
  const { kept, run } = program('1')
  expect(run()).toEqual({ answered: 1, sep: join('/') })
  expect(readdirSync(kept).sort()).toEqual(['main.js', 'other.js'])
  const before = times(kept)
  expect(run().answered).toBe(1)
  expect(times(kept)).toEqual(before)
})

test('a part that changed is compiled anew, also when it is as long as before', () => {
  const { write, run } = program('1')
  expect(run().answered).toBe(1)
  write('2')
  expect(run().answered).toBe(2)
  expect(run().answered).toBe(2)
})

test.each([
  ['is damaged', (whole: Buffer) => Buffer.concat([whole.subarray(0, -1), Buffer.from([~(whole.at(-1) ?? 0) & 255])])],
  ['is cut off', (whole: Buffer) => whole.subarray(0, whole.length / 2)],
  ['has no head', () => Buffer.from('x')],
  ['is empty', () => Buffer.alloc(0)],
])('what %s is not run, and is made anew', (_name, spoil) => {
  const { kept, run } = program('1')
  run()
  const file = join(kept, 'other.js')
  const whole = readFileSync(file)
  writeFileSync(file, spoil(whole))
  expect(run().answered).toBe(1)
  expect(readFileSync(file).length).toBe(whole.length)
})

test('without a folder, and with one that is not there, everything runs and nothing is kept', () => {
  const { folder, run } = program('1')
  expect(run(join(folder, 'nowhere')).answered).toBe(1)
  expect(readdirSync(folder).sort()).toEqual(['main.js', 'other.js'])
  expect(createParts(undefined).load(join(folder, 'other.js'))).toMatchObject({ file: join(folder, 'other.js') })
})

test('a part that is not there, or is no program, is told', () => {
  const { folder, run, write } = program('1')
  write('(')
  expect(() => run()).toThrow(SyntaxError)
  expect(() => createParts(undefined).load(join(folder, 'nowhere.js'))).toThrow('ENOENT')
})
