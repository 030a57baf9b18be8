import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type HandOver, SingleInstance } from './single-instance.ts'

const mine: HandOver = { argv: ['me'], cwd: '/', data: undefined }
let runtime: string

beforeEach(() => {
  runtime = mkdtempSync(join(tmpdir(), 'single-instance-'))
  vi.stubEnv('XDG_RUNTIME_DIR', runtime)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(runtime, { recursive: true })
})

function claim(userData: string): SingleInstance | undefined {
  return SingleInstance.claim(userData, mine, () => undefined)
}

function folder(): string {
  return join(runtime, readdirSync(runtime)[0] ?? '')
}

test('the first instance leaves its files in a folder of its own, and takes them away again', () => {
  const first = claim('/data')
  expect(statSync(folder()).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder())).toHaveLength(2)
  first?.release()
  expect(readdirSync(folder())).toEqual([])
})

test('apps with other user data do not meet', () => {
  const instances = [claim('/data'), claim('/other')]
  expect(instances.every((instance) => instance !== undefined)).toBe(true)
  for (const instance of instances) instance?.release()
})

test('an instance that was killed does not keep the next one out', () => {
  const first = claim('/data')
  const [pidFile = ''] = readdirSync(folder()).filter((name) => name.endsWith('.pid'))
  first?.release()
  const { pid: dead } = spawnSync(process.execPath, ['-e', ''])
  writeFileSync(join(folder(), pidFile), String(dead))
  const next = claim('/data')
  expect(next).toBeDefined()
  next?.release()
})

test('a process that only has the same number by chance does not keep it out either', () => {
  const first = claim('/data')
  const [pidFile = ''] = readdirSync(folder()).filter((name) => name.endsWith('.pid'))
  first?.release()
  writeFileSync(join(folder(), pidFile), String(process.ppid))
  const next = claim('/data')
  expect(next).toBeDefined()
  next?.release()
})

test('a folder that others can use is refused', () => {
  claim('/data')?.release()
  chmodSync(folder(), 0o755)
  expect(() => claim('/data')).toThrow('must be a folder that only you can use (mode 0700)')
})
