import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takePidLock } from './pid-lock.ts'

let directory: string
let path: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'longshore-lock-'))
  path = join(directory, 'lock')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('a lock is held until it is released', () => {
  const first = takePidLock(path)
  expect(takePidLock(path)).toEqual({ kind: 'held', pid: process.pid })
  if (first.kind === 'taken') first.release()
  expect(takePidLock(path).kind).toBe('taken')
})

test('a lock of a process that was killed is taken over', async () => {
  const child = spawn('sleep', ['60'])
  writeFileSync(path, JSON.stringify({ pid: child.pid }))
  expect(takePidLock(path)).toEqual({ kind: 'held', pid: child.pid })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(takePidLock(path).kind).toBe('taken')
})

test.skipIf(!existsSync('/proc/self/stat'))(
  'another process that got the same number does not keep the lock (Linux)',
  () => {
    writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: '1' }))
    expect(takePidLock(path).kind).toBe('taken')
  },
)

test.each(['', '{"pid"', 'null', '{"pid":-1}'])('a torn lock, %j, is taken over', (content) => {
  writeFileSync(path, content)
  expect(takePidLock(path).kind).toBe('taken')
})
