// @module-tag slow

import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Electron from 'electron'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { buildOutputs } from '../../test/support/build.ts'
import { findChromium } from '../browser/find-chromium.ts'
import { FIXTURE, launchFixture, STUB, seen, setFixture } from '../testing/control.ts'

const files = mkdtempSync(join(tmpdir(), 'host-process-'))

function isRunning(pid: number): boolean {
  // A process that has ended but was not waited for is as good as gone.
  const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : 'State:\tZ'
  return !/^State:\tZ/m.test(status)
}

beforeAll(() => buildOutputs(['chromiumHost']), 60_000)
afterAll(() => rmSync(files, { recursive: true }))

describe.skipIf(findChromium() === undefined)('A process of the Chromium host', { timeout: 30_000 }, () => {
  test('hands the arguments of a second instance to the first, and ends the second', async () => {
    const app = await launchFixture()
    const env = { ...process.env, LONGSHORE_USER_DATA: app.home, LONGSHORE_HOST_HEADLESS: '1' }
    const second = spawn(STUB, [FIXTURE, 'some file.txt'], { env, stdio: 'ignore' })
    expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(0)
    await vi.waitFor(async () =>
      expect((await seen(app)).secondArgv.map((argv) => argv.at(-1))).toEqual(['some file.txt']),
    )
  })

  test('quits when the last window closes, unless the app objects to closing or quitting', async () => {
    const app = await launchFixture()
    const closeWindow = (): Promise<void> =>
      app.main(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close(), undefined)
    const windows = (): Promise<number> =>
      app.main(({ BrowserWindow }) => BrowserWindow.getAllWindows().length, undefined)
    await setFixture(app, { blockClose: true, blockQuit: true })
    await closeWindow()
    await app.main(({ app }) => app.quit(), undefined)
    await setFixture(app, { blockQuit: false })
    await app.main(({ app }) => app.quit(), undefined)
    expect(await windows()).toBe(1)
    await setFixture(app, { blockClose: false })
    const ended = app.closed()
    await closeWindow().catch(() => 'the app may end before it answers')
    expect(await ended).toBe(0)
  })

  test('reports a crashed page, and loads it again', async () => {
    const app = await launchFixture()
    const reason = await app.main(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      const gone = new Promise<string>((resolve) => {
        window?.webContents.once('render-process-gone', (_event, details) => resolve(details.reason))
      })
      window?.webContents.forcefullyCrashRenderer()
      return gone
    }, undefined)
    expect(reason).toBe('crashed')
    const api = await app.main(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows()
      await window?.loadURL('app://window/index.html')
      return window?.webContents.executeJavaScript('typeof api')
    }, undefined)
    expect(api).toBe('object')
  })

  test('takes its utility processes and its Chromium with it, even when it is killed', async () => {
    const app = await launchFixture()
    const child = (await app.page.evaluate("api.invoke('fork')")) as { pid: number; line: string }
    expect(child.line).toBe('--greeting hello\n')
    const heard = await app.main(() => {
      const { child } = globalThis as unknown as { child: Electron.UtilityProcess }
      const line = new Promise<string>((resolve) => child.stdout?.once('data', (bytes) => resolve(String(bytes))))
      child.postMessage({ word: 'harbour' })
      return line
    }, undefined)
    expect(heard).toBe('heard harbour\n')
    const chromium = await app.main(
      ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
      undefined,
    )
    expect([child.pid, chromium ?? 0].map(isRunning)).toEqual([true, true])
    app.process.kill('SIGKILL')
    await vi.waitFor(() => expect([child.pid, chromium ?? 0].map(isRunning)).toEqual([false, false]), { timeout: 5000 })
  })

  test('says in one sentence that Chromium cannot be started', async () => {
    const env = {
      ...process.env,
      CHROMIUM_PATH: '/nowhere/chromium',
      LONGSHORE_USER_DATA: files,
      LONGSHORE_HOST_HEADLESS: '1',
    }
    const host = spawn(STUB, [FIXTURE], { env, stdio: ['ignore', 'ignore', 'pipe'] })
    let output = ''
    host.stderr.on('data', (bytes) => {
      output += bytes
    })
    expect(await new Promise((resolve) => host.once('close', resolve))).toBe(1)
    expect(output).toBe('Chromium (/nowhere/chromium) could not start: spawn /nowhere/chromium ENOENT\n')
  })
})
