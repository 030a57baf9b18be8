import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { longshore } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(async () => {
  await buildOutputs(['cli'])
})

/** What a selftest of a folder finds wrong. */
async function problemsIn(directory: string): Promise<readonly { readonly name: string; readonly detail: string }[]> {
  const run = longshore('selftest', '--dir', directory, '--json')
  await run.ended()
  const lines = run.lines.map((line) => JSON.parse(line))
  const problems = lines.filter(({ event, ok }) => event === 'check' && !ok)
  expect(lines.at(-1).failed).toEqual(problems.map(({ name }) => name))
  return problems
}

test('state that is open to others, or in part of somebody else, is told, and nothing of it is changed', async (context) => {
  const directory = tempDir()
  const state = join(directory, '.longshore')
  mkdirSync(state)
  chmodSync(state, 0o777)
  const open = expect.stringContaining(`${state} is open to other users (mode 0777)`)
  expect(await problemsIn(directory)).toMatchObject([{ name: 'closed state', detail: open }])
  expect(statSync(state).mode & 0o777).toBe(0o777)
  chmodSync(state, 0o700)
  expect(await problemsIn(directory)).toEqual([])
  if (process.getuid?.() !== 0) context.skip('needs root: files of another user')
  writeFileSync(join(state, 'receiver-id'), '')
  chownSync(join(state, 'receiver-id'), 65_534, 65_534)
  const theirs = expect.stringContaining(`${state}/receiver-id belongs to the user nobody`)
  expect(await problemsIn(directory)).toMatchObject([{ name: 'closed state', detail: theirs }])
})
