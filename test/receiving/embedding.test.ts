import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { longshore } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

const ROOT = join(import.meta.dirname, '../..')
const run = promisify(execFile)
const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')

beforeAll(async () => {
  await buildOutputs(['cli', 'receiverLibrary'])
  await run(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.types.json')])
})

/**
 * A package of somebody else that has the example of the documentation in it, compiled, and this project as a
 * dependency.
 */
async function packageWithExample(): Promise<string> {
  const folder = tempDir()
  const [, example = ''] = /```ts\n(.*?)```/s.exec(readFileSync(join(ROOT, 'docs/embedding.md'), 'utf8')) ?? []
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true })
  symlinkSync(ROOT, join(folder, 'node_modules/longshore'))
  symlinkSync(join(ROOT, 'node_modules/@types/node'), join(folder, 'node_modules/@types/node'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'receiver.ts'), example)
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--skipLibCheck']
  await run(process.execPath, [tsc, '--ignoreConfig', ...options, 'receiver.ts'], { cwd: folder }).catch(({ stdout }) =>
    expect.unreachable(stdout),
  )
  return folder
}

test('the example has the types that it is said to have and runs: whoever it knows sends into the folder it says, and nobody else sends anything', async () => {
  const folder = await packageWithExample()
  const received = join(folder, 'received')
  const token = join(folder, 'token')
  writeFileSync(token, 'a-token-of-the-example')
  const child = spawn(process.execPath, ['receiver.js', received, token], { cwd: folder })
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await exited
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const { port, fingerprint } = JSON.parse((await lines.next()).value)
  const film = join(folder, 'film.mov')
  const md5 = makeFile(film, 3_000_000)
  const to = ['--to', `127.0.0.1:${port}`, '--fingerprint', fingerprint]
  const send = ['send', film, ...to, '--json', '--state-dir', tempDir()]

  const wrong = join(folder, 'wrong')
  writeFileSync(wrong, 'another')
  const stranger = longshore(...send, '--token-file', wrong)
  expect(await stranger.event('failed')).toMatchObject({ reason: 'NOT_PAIRED' })
  expect(await stranger.ended(), stranger.errors()).toBe(1)
  const sender = longshore(...send, '--token-file', token)
  expect(await sender.ended(), sender.errors()).toBe(0)

  const name = 'cameras/one/film.mov'
  expect(JSON.parse((await lines.next()).value)).toEqual({ name, bytes: 3_000_000, digest: `md5:${md5}` })
  expect(md5OfFile(join(received, name))).toBe(md5)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
})
