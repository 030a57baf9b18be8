import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { clickInTray, desktopCalls } from '../support/app/desktop-calls.ts'
import type { LaunchedApp } from '../support/app/launch-app.ts'
import { chooseReceiver, openApp, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const SIZE = 24 * CHUNK_BYTES
const DROP = '[data-testid=drop]'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

async function openSettings(page: Page): Promise<void> {
  await page.getByTestId('settings-button').click()
  await page.getByTestId('settings').waitFor()
}

/** The person looks at something else. */
function lookAway({ main }: LaunchedApp): Promise<void> {
  return main(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize(), null)
}

function closeWindow({ main }: LaunchedApp): Promise<void> {
  return main(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close(), null)
}

test('theme and language follow the choice at once, and after a restart', async () => {
  const home = tempDir()
  const first = await openApp({ home })
  await openSettings(first.page)
  await saveScreenshots(first.page, 'settings-all')
  await first.page.getByLabel('Theme').selectOption('dark')
  await first.page.waitForFunction("matchMedia('(prefers-color-scheme: dark)').matches")
  await first.page.getByLabel('Language', { exact: true }).selectOption('zh-CN')
  await first.page.getByRole('heading', { name: '设置' }).waitFor()
  await first.page.getByLabel('全部发送完成后').selectOption('quit')
  const menu = await first.main(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('add-files')?.label, null)
  expect(menu).toBe('添加文件…')
  expect(await first.page.getByRole('switch', { name: '登录时启动' }).count(), 'not on this system').toBe(0)
  await first.electronApp.close()

  const { page } = await openApp({ home })
  await page.locator('html[lang=zh-CN]').waitFor()
  await page.waitForFunction("matchMedia('(prefers-color-scheme: dark)').matches")
  await openSettings(page)
  expect(await page.getByLabel('全部发送完成后').inputValue(), 'meant for one evening').toBe('nothing')
})

test('while files are sent the computer stays awake and the taskbar shows how far they are; their end is told once', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const { there, proxy, address } = await heldReceiver(SIZE / 2)
  makeFile(join(here, 'film.mov'), SIZE, 1)
  for (let n = 0; n < 40; n++) makeFile(join(here, `p${n}.jpg`), 1000 + n, n)
  const app = await openApp({ home })
  await chooseReceiver(app.page, address)
  const blocking = async () => (await desktopCalls(app, 'powerSaveBlocker')).map(({ name }) => name)
  expect(await blocking()).toEqual([])
  await app.dropFiles([join(here, 'film.mov'), ...Array.from({ length: 40 }, (_, n) => join(here, `p${n}.jpg`))], DROP)
  await rowOfKind(app.page, 'film.mov', 'sending').waitFor()
  await expect.poll(blocking).toEqual(['powerSaveBlocker.start'])
  const progress = async () => (await desktopCalls(app, 'BrowserWindow.setProgressBar')).map(({ args }) => args)
  await expect.poll(async () => (await progress()).at(-1)?.[1]).toEqual({ mode: 'normal' })

  await lookAway(app)
  proxy.release()
  await rowOfKind(app.page, 'film.mov', 'done').waitFor()
  await expect.poll(blocking).toEqual(['powerSaveBlocker.start', 'powerSaveBlocker.stop'])
  await expect.poll(async () => (await progress()).at(-1)).toEqual([-1, { mode: 'none' }])
  const shares = (await progress()).map(([value]) => Number(value)).slice(0, -1)
  expect(shares, 'never backwards').toEqual(shares.toSorted((a, b) => a - b))
  expect((await desktopCalls(app, 'Notification')).map(({ args }) => args)).toEqual([
    [{ title: 'Everything is sent', body: '41 files verified and stored.' }],
  ])
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5OfFile(join(here, 'film.mov')))
})

test('a failure shows in the taskbar until the person looks, and nobody who looks at the window is notified', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  makeFile(join(here, 'a.bin'), 1000)
  makeFile(join(there, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const app = await openApp({ home })
  await chooseReceiver(app.page, receiver.address)
  await openSettings(app.page)
  await app.page.getByLabel('When a name is taken').selectOption('refuse')
  await app.page.getByRole('button', { name: 'Close' }).click()
  await app.dropFiles([join(here, 'a.bin')], DROP)
  await rowOfKind(app.page, 'a.bin', 'failed').waitFor()
  const progress = async () => (await desktopCalls(app, 'BrowserWindow.setProgressBar')).map(({ args }) => args)
  await expect.poll(async () => (await progress()).at(-1)).toEqual([1, { mode: 'error' }])
  expect(await desktopCalls(app, 'Notification')).toEqual([])
  await app.main(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.focus(), null)
  await expect.poll(async () => (await progress()).at(-1)).toEqual([-1, { mode: 'none' }])
})

test('an app in the tray goes on without its window, is paused and resumed there, and comes back', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const { there, proxy, address } = await heldReceiver(SIZE / 4)
  makeFile(join(here, 'film.mov'), SIZE)
  const app = await openApp({ home })
  await chooseReceiver(app.page, address)
  await openSettings(app.page)
  await app.page.getByRole('switch', { name: 'Show in the tray' }).click()
  await app.page.getByRole('button', { name: 'Close' }).click()
  await app.dropFiles([join(here, 'film.mov')], DROP)
  await rowOfKind(app.page, 'film.mov', 'sending').waitFor()
  const said = async () => (await desktopCalls(app, 'Tray.setToolTip')).at(-1)?.args[0]
  await expect.poll(said).toMatch(/^Longshore: \d+%, 1 file to go$/)

  await closeWindow(app)
  await expect.poll(() => app.page.isClosed()).toBe(true)
  expect((await desktopCalls(app, 'Notification')).map(({ args }) => args)).toEqual([
    [{ title: 'Longshore goes on in the tray', body: 'Choose Quit there to end it.' }],
  ])
  await clickInTray(app, 'tray-pause-all')
  await expect.poll(said).toBe('Longshore: 1 file paused')
  proxy.release()
  await clickInTray(app, 'tray-resume-all')
  await expect.poll(said, { timeout: 20_000 }).toBe('Longshore: Nothing to send')
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5OfFile(join(here, 'film.mov')))

  const opening = app.electronApp.waitForEvent('window')
  await app.main(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('history')?.click(), null)
  const page = await opening
  await page.locator('[data-testid=receipt][data-name="film.mov"]').waitFor()
  await closeWindow(app)
  await expect.poll(() => page.isClosed()).toBe(true)
  const openingAgain = app.electronApp.waitForEvent('window')
  await clickInTray(app, 'tray-show')
  await rowOfKind(await openingAgain, 'film.mov', 'done').waitFor()
  const ended = app.closed()
  await clickInTray(app, 'tray-quit')
  expect(await ended).toBe(0)
})

test('without a tray nobody stops an upload by closing the window without being asked', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const { address } = await heldReceiver(SIZE / 4)
  makeFile(join(here, 'film.mov'), SIZE)
  const app = await openApp({ home })
  await chooseReceiver(app.page, address)
  await app.dropFiles([join(here, 'film.mov')], DROP)
  await rowOfKind(app.page, 'film.mov', 'sending').waitFor()
  await closeWindow(app)
  await expect.poll(async () => (await desktopCalls(app, 'dialog.showMessageBox')).length).toBe(1)
  expect(app.page.isClosed()).toBe(false)
  await app.main(({ dialog }) => {
    dialog.showMessageBox = async () => ({ response: 1, checkboxChecked: false })
  }, null)
  const ended = app.closed()
  await closeWindow(app)
  expect(await ended).toBe(0)
})

test('what is to happen once all is sent is announced, can be called off, and happens', async () => {
  const [home, here, there, programs] = [tempDir(), tempDir(), tempDir(), tempDir()]
  const slept = join(programs, 'slept')
  writeFileSync(join(programs, 'systemctl'), `#!/bin/sh\necho "$@" > '${slept}'\n`)
  chmodSync(join(programs, 'systemctl'), 0o755)
  for (const name of ['a.bin', 'b.bin']) makeFile(join(here, name), 1000)
  const receiver = await withReceiver(there)
  const app = await openApp({ home, env: { PATH: `${programs}:${process.env.PATH}` } })
  await chooseReceiver(app.page, receiver.address)
  await openSettings(app.page)
  await app.page.getByLabel('When nothing is left to send').selectOption('sleep')
  await app.page.getByRole('button', { name: 'Close' }).click()
  await app.dropFiles([join(here, 'a.bin')], DROP)
  await app.page.getByText('The computer falls asleep in a moment').waitFor()
  await saveScreenshots(app.page, 'ending')
  await app.page.getByRole('button', { name: 'Call off' }).click()
  await app.page.getByTestId('ending').waitFor({ state: 'detached' })

  // A minute is long for a test; it is its end that is looked at here.
  await app.main(() => {
    const setReal = globalThis.setTimeout
    const setShort = (run: () => void, ms?: number) => setReal(run, ms === 60_000 ? 500 : ms)
    globalThis.setTimeout = Object.assign(setShort, setReal) as typeof setTimeout
  }, null)
  await app.dropFiles([join(here, 'b.bin')], DROP)
  await rowOfKind(app.page, 'b.bin', 'done').waitFor()
  await expect.poll(() => existsSync(slept)).toBe(true)
  expect(await app.page.getByTestId('ending').count()).toBe(0)
})

test('hours with another limit are set, hold at once, and are kept', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  makeFile(join(here, 'film.mov'), SIZE)
  const receiver = await withReceiver(there)
  const { page, dropFiles, electronApp } = await openApp({ home })
  await chooseReceiver(page, receiver.address)
  await openSettings(page)
  await page.getByRole('switch', { name: 'Another limit at certain hours' }).click()
  // Hours that end when they begin are the whole day: it does not matter when this test runs.
  for (const day of ['Saturday', 'Sunday']) await page.getByRole('checkbox', { name: day }).check()
  await page.getByLabel('to', { exact: true }).fill('08:00')
  await page.getByTestId('hours-limit').fill('2')
  await page.getByText('on the next day').waitFor()
  await saveScreenshots(page, 'hours')
  await page.getByRole('button', { name: 'Close' }).click()
  await dropFiles([join(here, 'film.mov')], DROP)
  await page.getByTestId('totals').getByText('Limited by the rate you set').waitFor()
  await electronApp.close()

  const second = await openApp({ home })
  await openSettings(second.page)
  expect(await second.page.getByTestId('hours-limit').inputValue()).toBe('2')
  expect(await second.page.getByLabel('to', { exact: true }).inputValue()).toBe('08:00')
  await second.page.getByRole('switch', { name: 'Another limit at certain hours' }).click()
  await second.page.getByRole('button', { name: 'Close' }).click()
  await rowOfKind(second.page, 'film.mov', 'done').waitFor()
})

test('the settings open from the menu of the system', async () => {
  const { page, main } = await openApp({ home: tempDir() })
  await page.getByTestId('settings-button').waitFor()
  await main(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('settings')?.click(), null)
  await page.getByTestId('settings').waitFor()
})
