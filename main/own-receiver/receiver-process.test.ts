// @module-tag slow

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { LocalReceiver } from '../contract/receivers.ts'
import { createReceiverProcess, type ReceiverProcess } from './receiver-process.ts'
import type { ReceiverChild } from './receiver-run.ts'

/** What each stand-in program does; `port` and `start` (how often it was started, from 1) are there for it. */
const LISTEN = `say({ event: 'listening', host: '127.0.0.1', port: port || 40000, tls: false })`

let directory: string
let states: LocalReceiver[]
let listened: number
let children: ReceiverChild[]
let running: ReceiverProcess | undefined
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'receiver-process-'))
  states = []
  listened = 0
  children = []
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  rmSync(directory, { recursive: true, force: true })
})

function receiverThat(behaviour: string, backoffMs = [1, 1, 1]): ReceiverProcess {
  const program = join(directory, 'program.mjs')
  const starts = join(directory, 'starts')
  writeFileSync(
    program,
    `import { appendFileSync, readFileSync } from 'node:fs'
     const say = (line) => process.stdout.write(JSON.stringify(line) + '\\n')
     const port = Number(process.argv[process.argv.indexOf('--port') + 1])
     appendFileSync(${JSON.stringify(starts)}, process.argv.slice(2).join(' ') + '\\n')
     const start = readFileSync(${JSON.stringify(starts)}, 'utf8').split('\\n').length - 1
     const stay = setInterval(() => {}, 1000)
     ${behaviour}`,
  )
  running = createReceiverProcess({
    fork: (args) => {
      const child = asReceiver(
        spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] }),
      )
      children.push(child)
      return child
    },
    directory,
    onChange: (state) => states.push(state),
    backoffMs,
  })
  running.attach({ listening: () => listened++, filter: (event) => event })
  return running
}

const starts = () => readFileSync(join(directory, 'starts'), 'utf8').trim().split('\n')
const kinds = () => states.map(({ kind }) => kind)
const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 10 })

test('a receiver that is wanted starts, tells its address, counts files, and stops when it is not wanted', async () => {
  const receiver = receiverThat(`${LISTEN}; say({ event: 'stored', name: 'a', bytes: 1, md5: '00' })`)
  expect(receiver.state()).toEqual({ kind: 'off', directory })
  receiver.want({ on: true, directory })
  await until(() =>
    expect(receiver.state()).toMatchObject({ kind: 'on', address: '127.0.0.1:50051', filesReceived: 1 }),
  )
  expect(starts()).toEqual([`--dir ${directory} --port 50051 --json`])
  await receiver.stop()
  expect(receiver.state()).toEqual({ kind: 'off', directory })
  expect(children.map((child) => isAlive(child))).toEqual([false])
})

test('what it is told reaches it while it runs, and what it answers is shown', async () => {
  const receiver = receiverThat(
    `${LISTEN}; process.on('message', ({ command }) => say({ event: command, devices: [{ id: 'd1', name: 'Phone', pairedAtMs: 5 }] }))`,
  )
  receiver.say({ command: 'devices' })
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state()).toMatchObject({ kind: 'on', devices: [] }))
  receiver.say({ command: 'devices' })
  await until(() => expect(receiver.state()).toMatchObject({ devices: [{ id: 'd1', name: 'Phone', pairedAtMs: 5 }] }))
})

test('when the usual port is taken it takes a free one', async () => {
  const receiver = receiverThat(`if (port) { console.error('Port 50051 is in use.'); process.exit(2) } ${LISTEN}`)
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state()).toMatchObject({ kind: 'on', address: '127.0.0.1:40000' }))
  expect(kinds()).toEqual(['starting', 'starting', 'on'])
})

test('a folder that will not do is told in the words of the receiver, without further tries', async () => {
  const receiver = receiverThat(`console.error('The folder is not writable.'); process.exit(2)`)
  receiver.want({ on: true, directory })
  await until(() =>
    expect(receiver.state()).toEqual({ kind: 'failed', directory, message: 'The folder is not writable.' }),
  )
  expect(starts()).toHaveLength(2)
})

test('a receiver that is killed comes back', async () => {
  const receiver = receiverThat(LISTEN)
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state().kind).toBe('on'))
  process.kill(children[0]?.pid ?? 0, 'SIGKILL')
  await until(() => expect(kinds()).toEqual(['starting', 'on', 'starting', 'on']))
  expect(listened).toBe(2)
})

test('one that stops again and again is given up, with its last words', async () => {
  const receiver = receiverThat(
    `${LISTEN}; console.error('Out of memory.'); setTimeout(() => process.exit(1), 20)`,
    [1, 1],
  )
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state()).toEqual({ kind: 'failed', directory, message: 'Out of memory.' }))
  expect(starts()).toHaveLength(3)
  receiver.want({ on: true, directory })
  await until(() => expect(starts().length).toBeGreaterThan(3))
})

test('one that stops without a word is given up with its exit code', async () => {
  const receiver = receiverThat('process.exit(7)', [])
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state()).toMatchObject({ message: 'The receiver stopped (exit code 7).' }))
})

test.each([
  ['is not there', () => asReceiver(spawn(join(directory, 'no-such-program')))],
  [
    'the runtime refuses to start',
    () => {
      throw new Error('ENOENT')
    },
  ],
])('a program that %s is told, not thrown', async (_what, fork) => {
  const receiver = createReceiverProcess({
    fork,
    directory,
    onChange: (state) => states.push(state),
    backoffMs: [],
  })
  receiver.attach({ listening: () => listened++, filter: (event) => event })
  receiver.want({ on: true, directory })
  await until(() =>
    expect(receiver.state()).toMatchObject({ kind: 'failed', message: expect.stringContaining('ENOENT') }),
  )
})

test('wishing for what is already so leaves the process alone', async () => {
  const receiver = receiverThat(LISTEN)
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state().kind).toBe('on'))
  receiver.want({ on: true, directory })
  expect(receiver.state().kind).toBe('on')
  expect(children).toHaveLength(1)
})

test('another folder means another process, started after the first is gone', async () => {
  const receiver = receiverThat(LISTEN)
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state().kind).toBe('on'))
  receiver.want({ on: true, directory: '/elsewhere' })
  await until(() => expect(receiver.state()).toMatchObject({ kind: 'on', directory: '/elsewhere' }))
  expect(children.map(isAlive)).toEqual([false, true])
})

test('switching quickly back and forth leaves what was wanted last', async () => {
  const receiver = receiverThat(LISTEN)
  for (const on of [true, false, true, false, true, false]) receiver.want({ on, directory })
  await receiver.stop()
  expect(receiver.state().kind).toBe('off')
  expect(children.map(isAlive)).toEqual(children.map(() => false))
})

test('a receiver that does not listen to the request to stop is ended in less than three seconds', async () => {
  const receiver = receiverThat(`process.on('SIGTERM', () => {}); ${LISTEN}`)
  receiver.want({ on: true, directory })
  await until(() => expect(receiver.state().kind).toBe('on'))
  const startedMs = performance.now()
  await receiver.stop()
  const tookMs = performance.now() - startedMs
  expect(tookMs).toBeGreaterThan(2_400)
  expect(tookMs).toBeLessThan(4_000)
  expect(children.map(isAlive)).toEqual([false])
}, 10_000)

/** A child process takes messages under another name. */
function asReceiver(child: ChildProcess): ReceiverChild {
  return Object.assign(child, { postMessage: (message: unknown) => void child.send?.(message as object) })
}

function isAlive({ pid }: ReceiverChild): boolean {
  if (pid === undefined) return false
  try {
    return process.kill(pid, 0)
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false
    throw cause
  }
}
