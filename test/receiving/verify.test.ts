import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(() => buildOutputs(['cli']))

/**
 * Receives the files `set/a.bin` and `set/b.bin` with the terminal program, which stays running. Answers the folder and
 * the first file's MD5.
 */
async function received(): Promise<{ there: string; md5: string }> {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'set/a.bin'), 300_000)
  makeFile(join(here, 'set/b.bin'), 10)
  const receiver = await longshoreReceive(there)
  const to = ['--to', `127.0.0.1:${receiver.port}`, '--plaintext', '--state-dir', here, '--json']
  expect(await longshore('send', join(here, 'set'), ...to).ended()).toBe(0)
  return { there, md5: md5OfFile(join(there, 'set/a.bin')) }
}

test('verify tells programs a line for each file and a summary, and 0 when all is well', async () => {
  const { there, md5 } = await received()
  const run = longshore('verify', there, '--json')
  expect(await run.ended()).toBe(0)
  const lines = run.lines.map((line) => JSON.parse(line))
  expect(lines).toHaveLength(3)
  expect(lines).toContainEqual({ event: 'verified', name: 'set/a.bin', bytes: 300_000, md5 })
  expect(lines.at(-1)).toEqual({
    event: 'summary',
    files: 2,
    damaged: 0,
    missing: 0,
    bytes: 300_010,
    seconds: expect.any(Number),
  })
  expect(run.errors()).toBe('')
})

test('verify ends with 1 when something is damaged or missing, and names it to programs and people', async () => {
  const { there, md5 } = await received()
  appendFileSync(join(there, 'set/a.bin'), 'x')
  rmSync(join(there, 'set/b.bin'))
  const now = md5OfFile(join(there, 'set/a.bin'))

  const [json, people] = [longshore('verify', join(there, 'set'), '--json'), longshore('verify', join(there, 'set'))]
  expect([await json.ended(), await people.ended()]).toEqual([1, 1])
  expect(await json.event('damaged')).toEqual({
    event: 'damaged',
    name: 'set/a.bin',
    bytes: 300_001,
    md5: now,
    expected: md5,
  })
  expect(await json.event('missing')).toMatchObject({ name: 'set/b.bin', bytes: 10 })
  expect(await json.event('summary')).toMatchObject({ files: 2, damaged: 1, missing: 1, bytes: 300_001 })
  expect([...people.lines].sort()).toEqual([
    expect.stringMatching(/^2 files, 1 damaged, 1 missing: 293 KiB read in /),
    `✗ set/a.bin: damaged, MD5 ${now} instead of ${md5}`,
    '✗ set/b.bin: missing',
  ])
  expect(people.errors()).toBe('')
})

test('verify ends with 2 where nothing was received', async () => {
  const { there } = await received()
  mkdirSync(join(there, 'of somebody else'))
  const [elsewhere, empty] = [longshore('verify', tempDir()), longshore('verify', join(there, 'of somebody else'))]
  expect([await elsewhere.ended(), await empty.ended()]).toEqual([2, 2])
  expect(elsewhere.errors()).toMatch(/^longshore: “.*” is not in a folder that Longshore receives into\.\n$/)
  expect(empty.errors()).toMatch(/^longshore: nothing was received at “.*”\.\n$/)
})

test('verify of a folder that nothing was received into, or whose record was moved away, does not call it well', async () => {
  const { there } = await received()
  const log = join(there, '.longshore/received.jsonl')
  writeFileSync(log, '')
  const [people, programs] = [longshore('verify', there), longshore('verify', there, '--json')]
  await Promise.all([people.ended(), programs.ended()])
  expect(people.lines).toEqual(['No received files are known there, so nothing was verified.'])
  expect(programs.errors()).toBe('No received files are known there, so nothing was verified.\n')
  expect(await programs.event('summary')).toMatchObject({ files: 0 })
})
