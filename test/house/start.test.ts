import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { tempDir } from '../support/temp-dir.ts'

const root = join(import.meta.dirname, '../..')
const hasXvfb = ['Xvfb', 'xwininfo'].every((program) => spawnSync('which', [program]).status === 0)

/** `npm start` with a home of its own; ends with the test. */
function npmStart(env: Record<string, string>): {
  child: ChildProcess
  said: () => string
  ended: Promise<number | null>
} {
  const home = tempDir()
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, LONGSHORE_HOST_HEADLESS: _headless, ...rest } = process.env
  const child = spawn('npm', ['start', '--silent'], {
    cwd: root,
    env: { ...rest, HOME: home, LONGSHORE_USER_DATA: home, XDG_CONFIG_HOME: home, LONGSHORE_DISCOVERY: 'off', ...env },
    detached: true,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += data
    })
  }
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null)
  onTestFinished(async () => {
    const runs = child.exitCode === null && child.signalCode === null
    if (runs && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    await ended
  })
  return { child, said: () => said, ended }
}

test('without a display, npm start says what to do instead', async () => {
  await buildOutputs(ALL_OUTPUTS)
  const { said, ended } = npmStart({})
  expect(await ended).toBe(1)
  expect(said()).toContain('no display')
  expect(said()).toContain('npm run demo')
  expect(said()).not.toMatch(/\bat .*:\d+:\d+/)
})

describe.skipIf(!hasXvfb)('with a display (needs xvfb and x11-utils)', () => {
  test('npm start opens the window, and Ctrl+C ends it', async () => {
    await buildOutputs(ALL_OUTPUTS)
    const display = await startXvfb()
    const { child, said, ended } = npmStart({ DISPLAY: display })
    await expect.poll(said, { timeout: 30_000 }).toContain('Opening Longshore')
    const windows = () => execFileSync('xwininfo', ['-root', '-tree', '-display', display], { encoding: 'utf8' })
    await expect.poll(windows, { timeout: 30_000, interval: 200 }).toMatch(/"Longshore"/)
    process.kill(-(child.pid as number), 'SIGINT')
    await ended
    expect(said()).not.toMatch(/\bat .*:\d+:\d+/)
  })
})

/** A display of its own on a free number; ends with the test. */
async function startXvfb(): Promise<string> {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  onTestFinished(async () => {
    child.kill()
    await once(child, 'exit')
  })
  const numbers = child.stdio[3] as NodeJS.ReadableStream
  const [number] = await once(numbers, 'data')
  return `:${String(number).trim()}`
}
