// @module-tag slow

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { buildOutputs } from '../../test/support/build.ts'
import { findChromium } from '../browser/find-chromium.ts'
import { launchFixture, seen } from '../testing/control.ts'
import type { Call } from './calls.ts'

const files = mkdtempSync(join(tmpdir(), 'host-files-'))

beforeAll(() => buildOutputs(['chromiumHost']), 60_000)
afterAll(() => rmSync(files, { recursive: true }))

describe.skipIf(findChromium() === undefined)('A page in the Chromium host', { timeout: 30_000 }, () => {
  test('keeps the preload script and Node out of the page, and hands it a frozen api', async () => {
    const { page } = await launchFixture()
    const kinds = '[typeof require, typeof process, typeof __electronToHost, typeof api.invoke, Object.isFrozen(api)]'
    expect(await page.evaluate(kinds)).toEqual(['undefined', 'undefined', 'undefined', 'function', true])
  })

  test('carries values to ipcMain.handle and back, and errors as Electron words them', async () => {
    const { page } = await launchFixture()
    const same = await page.evaluate(`(async () => {
      const sent = { big: 1n, map: new Map([['k', { $: 2 }]]), date: new Date(5), none: undefined, bytes: new Uint8Array([7]) }
      const got = await api.invoke('echo', sent)
      return [got.big === 1n, got.map.get('k').$, got.date.getTime(), 'none' in got, got.bytes[0]]
    })()`)
    expect(same).toEqual([true, 2, 5, true, 7])
    const message = await page.evaluate("api.invoke('fail').catch((error) => error.message)")
    expect(message).toBe("Error invoking remote method 'fail': TypeError: boom")
    const nobody = await page.evaluate("api.invoke('nobody').catch((error) => error.message)")
    expect(nobody).toBe("Error invoking remote method 'nobody': Error: No handler registered for 'nobody'")
    const uncloneable = await page.evaluate(
      "(() => { try { api.invoke('echo', document.body) } catch (error) { return error.message } })()",
    )
    expect(uncloneable).toBe('An object could not be cloned.')
  })

  test('tells ipcMain which window and which top frame has asked, under the app’s own URL', async () => {
    const { page } = await launchFixture()
    const sender = { window: 1, url: 'app://window/index.html', origin: 'app://window', isTop: true }
    expect(await page.evaluate("api.invoke('sender')")).toEqual(sender)
  })

  test('answers sendSync at once, and delivers a burst of messages in order', async () => {
    const { page } = await launchFixture()
    expect(await page.evaluate("api.sendSync('question')")).toBe('answer to question')
    const ticks = await page.evaluate(`new Promise((resolve) => {
      const got = []
      api.onTick((tick) => got.push(tick) === 2000 && resolve(got))
      api.push(2000)
    })`)
    expect(ticks).toEqual(Array.from({ length: 2000 }, (_, i) => i))
  })

  test('honours the content security policy of the app’s own scheme', async () => {
    const { page } = await launchFixture()
    expect(await page.evaluate('window.inlineRan')).toBeUndefined()
    expect(await page.evaluate('isSecureContext')).toBe(true)
    expect(await page.evaluate("fetch('https://example.com/').then(() => 'reached', () => 'refused')")).toBe('refused')
    expect(await page.evaluate("fetch('/missing').then(({ status }) => status)")).toBe(404)
  })

  test('gives the real paths of dropped files and folders, and none for files made by a script', async () => {
    const { page, dropFiles } = await launchFixture()
    const folder = join(files, 'folder')
    const odd = join(files, 'ünï c#% .bin')
    mkdirSync(folder)
    writeFileSync(odd, 'x')
    await page.evaluate(`addEventListener('dragover', (event) => event.preventDefault())
      addEventListener('drop', (event) => {
        event.preventDefault()
        window.dropped = api.pathsOf([...event.dataTransfer.files])
      })`)
    await dropFiles([odd, folder], '#drop')
    await vi.waitFor(async () => expect(await page.evaluate('window.dropped')).toEqual([odd, folder]))
    expect(await page.evaluate("api.pathsOf([new File(['x'], 'made.txt')])")).toEqual([''])
    const refusal = await page.evaluate('(() => { try { api.pathsOf([1]) } catch (error) { return error.message } })()')
    expect(refusal).toMatch(/expected to receive a File object/)
  })

  test('opens a file chooser for dialog.showOpenDialog, and records the call', async () => {
    const app = await launchFixture()
    const folder = join(files, 'chosen')
    const [one, two] = [join(folder, 'one.txt'), join(folder, 'two.txt')]
    mkdirSync(folder)
    for (const file of [one, two]) writeFileSync(file, 'x')
    const choose = async (properties: string[], paths: string | string[]): Promise<unknown> => {
      const chooser = app.page.waitForEvent('filechooser')
      const chosen = app.page.evaluate(`api.invoke('choose', ${JSON.stringify(properties)})`)
      await (await chooser).setFiles(paths)
      return chosen
    }
    expect(await choose(['openFile', 'multiSelections'], [one, two])).toEqual([one, two])
    expect(await choose(['openDirectory'], folder)).toEqual([folder])
    const names = await app.main((electron) => {
      return (electron as unknown as { __host: { calls: Call[] } }).__host.calls.map(({ name }) => name)
    }, undefined)
    expect(names.filter((name) => name === 'dialog.showOpenDialog')).toHaveLength(2)
  })

  test('lets the app refuse navigations and new windows', async () => {
    const app = await launchFixture()
    await app.page.click('#away', { noWaitAfter: true })
    await app.page.click('#open', { noWaitAfter: true })
    await vi.waitFor(async () => {
      const { navigations, opened } = await seen(app)
      expect({ navigations, opened }).toEqual({
        navigations: ['https://example.com/away'],
        opened: ['https://example.com/open'],
      })
    })
    await vi.waitFor(() => expect(app.electronApp.windows()).toHaveLength(1))
    expect(await app.page.evaluate('document.title')).toBe('Fixture')
  })

  test('shows the theme the app chose', async () => {
    const app = await launchFixture()
    const isDark = "matchMedia('(prefers-color-scheme: dark)').matches"
    for (const source of ['dark', 'light', 'dark'] as const) {
      await app.main(({ nativeTheme }, wanted) => {
        nativeTheme.themeSource = wanted
      }, source)
      await vi.waitFor(async () => expect(await app.page.evaluate(isDark)).toBe(source === 'dark'))
    }
  })

  test('refuses windows without isolation, and says so for what it does not implement', async () => {
    const app = await launchFixture()
    const messages = await app.main(({ BrowserWindow, globalShortcut, app }) => {
      const messageOf = (attempt: () => unknown): string => {
        try {
          return String(attempt())
        } catch (error) {
          return error instanceof Error ? error.message : String(error)
        }
      }
      return [
        messageOf(() => new BrowserWindow({ webPreferences: { nodeIntegration: true } })),
        messageOf(() => globalShortcut.unregisterAll()),
        messageOf(() => app.showEmojiPanel()),
      ]
    }, undefined)
    expect(messages).toEqual([
      'webPreferences.nodeIntegration: true is unsafe and not implemented in the Chromium host',
      'electron.globalShortcut.unregisterAll is not implemented in the Chromium host',
      'electron.app.showEmojiPanel is not implemented in the Chromium host',
    ])
  })
})
