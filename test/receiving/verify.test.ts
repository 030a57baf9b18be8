import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { checkPrograms } from '../../proto/digest/checksum-lines.ts'
import { digestKinds } from '../../proto/digests.ts'
import { isOnPath } from '../../scripts/system-packages.ts'
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
  expect(lines).toContainEqual({ event: 'verified', name: 'set/a.bin', bytes: 300_000, digest: `md5:${md5}`, md5 })
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
    digest: `md5:${now}`,
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

/** Receives a file by each digest, named after it. Answers the folder. */
async function receivedByEach(): Promise<string> {
  const [here, there] = [tempDir(), tempDir()]
  const receiver = await longshoreReceive(there)
  for (const [index, kind] of digestKinds.entries()) {
    const file = join(here, `${kind} file`)
    makeFile(file, 2_000_000 + index, index)
    const to = ['--to', `127.0.0.1:${receiver.port}`, '--plaintext', '--state-dir', here, '--json']
    const run = longshore('send', file, '--digest', kind, ...to)
    expect(await run.ended()).toBe(0)
    const done = await run.event('done')
    expect(String(done.digest).split(':')[0]).toBe(kind)
    expect(Object.hasOwn(done, 'md5')).toBe(kind === 'md5')
    expect(await receiver.event('stored', ({ name }) => name === `${kind} file`)).toMatchObject({ digest: done.digest })
  }
  return there
}

test.for(digestKinds)(
  'verify prints a list of all files that the program for %s itself reads',
  async (kind, context) => {
    const there = await receivedByEach()
    const run = longshore('verify', there, '--list', kind)
    expect(await run.ended()).toBe(0)
    expect(run.errors()).toBe('')
    expect(run.lines.map((line) => line.replace(/^[0-9a-f]+ {2}/, '')).sort()).toEqual(
      digestKinds.map((name) => `${name} file`).sort(),
    )
    const program = checkPrograms[kind]
    const check = () =>
      execFileSync(program, ['-c', '-'], {
        cwd: there,
        input: `${run.lines.join('\n')}\n`,
        encoding: 'utf8',
        stdio: 'pipe',
      })
    context.skip(!isOnPath(program), `${program} is not installed`)
    expect(check().match(/: OK$/gm)).toHaveLength(digestKinds.length)
  },
)

test('a list leaves out what it read and found damaged, names it to people, and the command ends with 1', async () => {
  const there = await receivedByEach()
  for (const name of ['xxh128 file', 'sha256 file']) appendFileSync(join(there, name), 'x')
  const run = longshore('verify', there, '--list', 'sha256')
  expect(await run.ended()).toBe(1)
  // Of this one the digest is known, and whoever checks the list finds out.
  expect(run.lines.map((line) => line.slice(66)).sort()).toEqual(['md5 file', 'sha256 file'])
  expect(run.errors()).toMatch(/^✗ xxh128 file: damaged, XXH128 [0-9a-f]{32} instead of [0-9a-f]{32}\n$/)
  const [json, people] = [longshore('verify', there, '--json'), longshore('verify', there)]
  expect([await json.ended(), await people.ended()]).toEqual([1, 1])
  const damaged = await json.event('damaged', ({ name }) => name === 'xxh128 file')
  expect(damaged).toEqual({
    event: 'damaged',
    name: 'xxh128 file',
    bytes: 2_000_002,
    digest: expect.stringMatching(/^xxh128:[0-9a-f]{32}$/),
    expected: expect.stringMatching(/^xxh128:[0-9a-f]{32}$/),
  })
  expect(people.lines).toContainEqual(expect.stringMatching(/^✗ sha256 file: damaged, SHA-256 [0-9a-f]{64} instead of/))
})

test.each([
  [['verify', '--list', 'crc32'], "'crc32' is invalid. Allowed choices are md5, xxh128, sha256."],
  [['verify', '--list', 'md5', '--json'], '--json and --list are two forms of one output; leave one out.'],
  [['send', 'x', '--to', 'nas', '--digest', 'sha1'], "'sha1' is invalid. Allowed choices are md5, xxh128, sha256."],
  [['receive', '--dir', 'x', '--digest', 'sha1'], '--digest takes md5, xxh128, sha256, not "sha1".'],
])('%j is wrong use', async (args, sentence) => {
  const run = longshore(...args)
  expect(await run.ended()).toBe(2)
  expect(run.errors()).toContain(sentence)
})
