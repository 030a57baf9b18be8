import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { longshore } from '../support/longshore-process.ts'
import { box, canBecomeNobody, forged, modeOf, NOBODY, receive, sends, stop, succeeded } from './own-state.ts'

beforeAll(async () => {
  await buildOutputs(['cli'])
})

test('a state folder that others could write to is closed, which is said once', async () => {
  const { dir, state } = box()
  for (const path of [state, join(state, 'parts'), join(state, 'devices')]) {
    mkdirSync(path)
    chmodSync(path, 0o777)
  }
  const running = await receive(dir)
  expect([state, join(state, 'parts'), join(state, 'devices')].map(modeOf)).toEqual(['700', '700', '700'])
  expect(running.errors().split(`${state} was open to other users, and is closed to them now.`)).toHaveLength(2)
  await stop(running)
  const again = await receive(dir)
  expect(again.errors()).not.toContain('open to other users')
})

test('files of ours that others could read are closed; what everybody could change is not believed until somebody says so', async () => {
  const { dir, state } = box()
  const first = await receive(dir)
  const tokens = (await succeeded('token', 'create', '--dir', dir, '--name', 'a')).lines
  await succeeded('token', 'create', '--dir', dir, '--name', 'b')
  await stop(first)
  const files = readdirSync(join(state, 'devices')).map((name) => join(state, 'devices', name))
  const own = files.find((path) => tokens[0]?.includes(path.slice(-21, -5))) ?? ''
  const other = files.find((path) => path !== own) ?? ''
  execFileSync('chmod', ['755', state, join(state, 'devices'), join(state, 'identity')])
  execFileSync('chmod', ['644', join(state, 'identity/identity.pem'), other])
  chmodSync(own, 0o666)
  for (const _ of ['the first start', 'and every other one']) {
    const running = await receive(dir)
    expect([other, join(state, 'identity/identity.pem'), join(state, 'identity')].map(modeOf)).toEqual([
      '600',
      '600',
      '700',
    ])
    expect(running.errors()).toContain(`${own} is not believed, because it can be changed by other users (mode 0666)`)
    expect(await sends(running, tokens[0] ?? '')).toMatch(/pair/i)
    await stop(running)
  }
  chmodSync(own, 0o600)
  expect(await sends(await receive(dir), tokens[0] ?? '')).toBe('yes')
})

test('devices that are kept elsewhere, behind a link, are nobody’s', async () => {
  const { dir, state } = box()
  const running = await receive(dir)
  const [token = ''] = (await succeeded('token', 'create', '--dir', dir, '--name', 'a')).lines
  expect(await sends(running, token)).toBe('yes')
  const { file, token: old, text } = forged('e')
  renameSync(join(state, 'devices'), join(dir, 'backup'))
  writeFileSync(join(dir, 'backup', file), text, { mode: 0o600 })
  symlinkSync(join(dir, 'backup'), join(state, 'devices'))
  await expect.poll(() => running.errors()).toContain('devices is not believed')
  expect(await sends(running, old)).toMatch(/pair/i)
  expect(running.errors().match(/devices is not believed/g)).toHaveLength(1)
})

/** What may stand in the place of a file of the receiver's own, each beside one that nothing is wrong with. */
const wrongs: readonly [name: string, put: (path: string, text: string) => void, needsRoot?: true][] = [
  ['a FIFO', (path) => execFileSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
  [
    'a symbolic link',
    (path, text) => {
      writeFileSync(`${path}.elsewhere`, text, { mode: 0o600 })
      symlinkSync(`${path}.elsewhere`, path)
    },
  ],
  ['damaged text', (path) => writeFileSync(path, '{"id":', { mode: 0o600 })],
  ['a huge file', (path, text) => writeFileSync(path, text + ' '.repeat(2 ** 21), { mode: 0o600 })],
  [
    'a file that everybody can change',
    (path, text) => {
      writeFileSync(path, text)
      chmodSync(path, 0o666)
    },
  ],
  [
    'a file of another user',
    (path, text) => {
      writeFileSync(path, text, { mode: 0o644 })
      chownSync(path, NOBODY, NOBODY)
    },
    true,
  ],
]

test.for(wrongs)(
  '%s in the place of a device refuses that device alone, and is told once',
  async ([, put, needsRoot], context) => {
    if (needsRoot && !canBecomeNobody) context.skip('needs root and setpriv')
    const { dir, state } = box()
    const first = await receive(dir)
    const [token = ''] = (await succeeded('token', 'create', '--dir', dir, '--name', 'a')).lines
    const { file, token: forgedToken, text } = forged('e')
    put(join(state, 'devices', file), text)
    expect(await sends(first, forgedToken)).toMatch(/pair/i)
    expect(await sends(first, token)).toBe('yes')
    expect(first.errors().split(file.slice(0, 16)).length - 1).toBeLessThanOrEqual(2)
    expect(first.errors().match(/refused/g)).toHaveLength(1)
    await stop(first)
    const again = await receive(dir)
    expect(await sends(again, forgedToken)).toMatch(/pair/i)
    expect(await sends(again, token)).toBe('yes')
  },
)

test.for([
  'receiver.lock',
  'small-files.boot',
  'small-files.0',
  'received.jsonl',
  'receiver-id',
  'pairing.json',
  'listening.json',
  'identity/identity.pem',
  'identity/successions.json',
])('a FIFO or a link in the place of %s keeps no start waiting', async (name) => {
  for (const put of [
    (path: string) => execFileSync('mkfifo', [path]),
    (path: string) => symlinkSync('/etc/passwd', path),
  ]) {
    const { dir, state } = box()
    mkdirSync(join(state, 'identity'), { recursive: true, mode: 0o700 })
    put(join(state, name))
    const before = readFileSync('/etc/passwd', 'utf8')
    const run = longshore('receive', '--dir', dir, '--host', '127.0.0.1', '--port', '0', '--no-discovery', '--json')
    const outcome = await Promise.race([run.ended(), run.event('listening').catch(() => 'ended')])
    if (typeof outcome === 'number') expect(run.errors()).toContain(`${name} is not believed, because it is`)
    expect(readFileSync('/etc/passwd', 'utf8')).toBe(before)
    run.child.kill('SIGTERM')
    await run.ended()
  }
})
