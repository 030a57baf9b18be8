import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { longshore } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

beforeAll(() => buildOutputs(['cli']))

/** Stored files by name, the receiver's own folder left out. */
function storedIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !name.startsWith('.longshore') && /\./.test(name),
  )
  return Object.fromEntries(names.sort().map((name) => [name, md5OfFile(join(folder, name))]))
}

/** Runs `send … --conflict overwrite` to its end, which has to be a good one; answers the names of what is done. */
async function send(paths: readonly string[], address: string, state: string): Promise<string[]> {
  const run = longshore(
    'send',
    ...paths,
    '--to',
    address,
    '--plaintext',
    '--conflict',
    'overwrite',
    '--state-dir',
    state,
    '--json',
  )
  expect(await run.ended(), run.errors()).toBe(0)
  const lines = run.lines.map((line) => JSON.parse(line))
  return lines.filter(({ event }) => event === 'done').map(({ storedAs }) => storedAs)
}

test.each([
  ['small', 1000],
  ['large', 300_000],
])('two %s files of one name that are sent together both arrive, and again each replaces its own', async (_, bytes) => {
  const [here, there, state] = [tempDir(), tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  const clips = ['cam1', 'cam2'].map((camera) => join(here, camera, 'clip.mov'))
  for (let round = 0; round < 3; round++) {
    const md5s = clips.map((clip, index) => {
      mkdirSync(join(clip, '..'), { recursive: true })
      return makeFile(clip, bytes, 10 * round + index)
    })
    const done = await send(clips, receiver.address, state)
    expect(done.sort()).toEqual(['clip (2).mov', 'clip.mov'])
    expect(Object.values(storedIn(there)).sort()).toEqual(md5s.sort())
  }
})

test('what was sent together goes on together: a run that was killed does not replace what it had sent', async () => {
  const [here, there, state] = [tempDir(), tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  const clips = ['cam1', 'cam2', 'cam3'].map((camera) => join(here, camera, 'clip.mov'))
  const md5s = clips.map((clip, index) => {
    mkdirSync(join(clip, '..'))
    return makeFile(clip, index === 2 ? 8_000_000 : 200_000, index)
  })
  const flags = ['--to', receiver.address, '--plaintext', '--conflict', 'overwrite', '--state-dir', state, '--json']
  const killed = longshore('send', ...clips, ...flags, '--limit', '2M')
  await killed.event('done')
  killed.child.kill('SIGKILL')
  await killed.ended()
  const again = longshore('send', ...clips, ...flags)
  expect(await again.ended(), again.errors()).toBe(0)
  expect(Object.values(storedIn(there)).sort()).toEqual(md5s.sort())
})

test('names of one folder that only differ by case or by what a system cannot store are all there', async () => {
  const [here, there, state] = [tempDir(), tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  const names = ['Read.me', 'read.me', 'READ.ME', 'a?.txt', 'a:.txt', 'a_.txt', 'a_ (2).txt']
  mkdirSync(join(here, 'folder'))
  for (const name of names) writeFileSync(join(here, 'folder', name), name)
  const done = await send([join(here, 'folder')], receiver.address, state)
  expect(new Set(done).size).toBe(names.length)
  expect(Object.keys(storedIn(there))).toHaveLength(names.length)
})

test('so it is with the engine, whatever each upload is told to do with its name', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  const paths = ['one', 'two', 'three'].map((folder, index) => {
    mkdirSync(join(here, folder))
    makeFile(join(here, folder, 'a.bin'), 1000 + index)
    return join(here, folder, 'a.bin')
  })
  const engine = await withEngine()
  const policies = ['keep-both', 'overwrite', 'overwrite'] as const
  const { entries } = await engine.find(paths, { receiver: receiver.address })
  const each = entries.map((entry, index) => ({ ...entry, onConflict: policies[index] ?? 'keep-both' }))
  await engine.queue(each, { receiver: receiver.address })
  await untilKind(engine, 'done')
  expect(Object.keys(storedIn(there))).toHaveLength(3)
})
