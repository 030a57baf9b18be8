import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { startDrag } from '../support/app/drag.ts'
import type { LaunchedApp } from '../support/app/launch-app.ts'
import { chooseReceiver, openApp, row, rowOfKind } from '../support/app/open-app.ts'
import { saveInUsualSize, saveScreenshots } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

const DROP = '[data-testid=drop]'
const FOLDER_FILES = ['beach.jpg', 'hills.jpg', 'market.jpg']

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

/** A window with some files, of which the first are on their way and stay there. */
async function openQueue(...names: readonly string[]) {
  return openQueueIn(freshApp, names)
}

/**
 * As {@link openQueue}, in an app of the test's own. The receiver ends after the app, or after what the app has to do
 * with it.
 */
async function openQueueIn(open: () => Promise<LaunchedApp>, names: readonly string[]) {
  const here = tempDir()
  const held = await heldReceiver(CHUNK_BYTES)
  for (const [seed, name] of names.entries()) makeFile(join(here, name), 16 * CHUNK_BYTES, seed + 1)
  const app = await open()
  await chooseReceiver(app.page, held.address)
  await app.dropFiles(
    names.map((name) => join(here, name)),
    DROP,
  )
  await row(app.page, names.at(-1) ?? '').waitFor()
  return { ...app, ...held, here }
}

const names = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('[role=row]')]
    .sort((a, b) => a.dataset.index - b.dataset.index)
    .map((line) => line.querySelector('.row').dataset.name)`)
const selected = (page: Page): Promise<string[]> =>
  page.evaluate(`[...document.querySelectorAll('[role=row][aria-selected=true] .row')]
    .map((row) => row.dataset.name).sort()`)
/** Presses on the name, where there is no button. */
const press = (page: Page, name: string, ...modifiers: ('Shift' | 'ControlOrMeta')[]) =>
  row(page, name).locator('.row-name').click({ modifiers })

test('filters and the search show a part of the list, and say when that is nothing', async () => {
  const { page, dropFiles, here } = await openQueue('a.mov', 'b.mov', 'c.mov')
  for (const [seed, name] of FOLDER_FILES.entries()) makeFile(join(here, 'photos', name), 1000, seed)
  await dropFiles([join(here, 'photos')], DROP)
  await page.locator('[data-testid=folder-row]').waitFor()
  await page.getByRole('button', { name: 'Pause b.mov' }).click()
  await rowOfKind(page, 'b.mov', 'paused').waitFor()

  const filter = (name: string) => page.locator(`[data-filter=${name}]`)
  await filter('waiting').click()
  await expect.poll(() => names(page)).toContain('b.mov')
  expect(await names(page)).not.toContain('a.mov')
  await filter('failed').click()
  await page.getByText('Nothing has failed.').waitFor()
  await saveScreenshots(page, 'filter-nothing')
  await page.getByRole('button', { name: 'Show all uploads' }).click()
  await expect.poll(() => names(page)).toEqual(['a.mov', 'b.mov', 'c.mov', 'photos'])
  expect(await filter('all').textContent()).toContain('6')

  await page.keyboard.press('/')
  await page.keyboard.type('BEACH')
  await expect.poll(() => names(page)).toEqual(['photos'])
  await page.getByRole('button', { name: 'Show the files of photos' }).click()
  await expect.poll(() => names(page)).toEqual(['photos', 'beach.jpg'])
  await saveScreenshots(page, 'search')
  await page.keyboard.press('ControlOrMeta+f')
  await page.keyboard.type('nowhere')
  await page.getByText('No upload shown here has “nowhere” in its name.').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.locator('[role=row]').count()).toBe(7)
})

test('rows are selected with the usual keys, and paused, resumed and removed together', async () => {
  const { page } = await openQueue('a.mov', 'b.mov', 'c.mov', 'd.mov', 'e.mov', 'f.mov')
  await press(page, 'b.mov')
  await press(page, 'd.mov', 'Shift')
  expect(await selected(page)).toEqual(['b.mov', 'c.mov', 'd.mov'])
  await press(page, 'c.mov', 'ControlOrMeta')
  await press(page, 'f.mov', 'ControlOrMeta')
  expect(await selected(page)).toEqual(['b.mov', 'd.mov', 'f.mov'])
  await page.getByText('3 selected').waitFor()
  await saveScreenshots(page, 'selection')
  await page.getByTestId('selection-bar').getByRole('button', { name: 'Pause' }).click()
  for (const name of ['b.mov', 'd.mov', 'f.mov']) await rowOfKind(page, name, 'paused').waitFor()
  expect(await rowOfKind(page, 'c.mov', 'paused').count()).toBe(0)

  await press(page, 'b.mov')
  await page.keyboard.press('Shift+ArrowDown')
  expect(await selected(page)).toEqual(['b.mov', 'c.mov'])
  await page.keyboard.press('Shift+ArrowUp')
  await page.keyboard.press('ArrowUp')
  expect(await selected(page)).toEqual(['a.mov'])
  await page.keyboard.press(' ')
  await rowOfKind(page, 'a.mov', 'paused').waitFor()
  await page.keyboard.press(' ')
  await expect.poll(() => rowOfKind(page, 'a.mov', 'paused').count()).toBe(0)
  await page.keyboard.press('Enter')
  await page.getByTestId('details').waitFor()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  expect(await selected(page)).toEqual([])
  await page.keyboard.press('ControlOrMeta+a')
  expect(await selected(page)).toHaveLength(6)
})

test('what was removed comes back with Undo; nothing is taken from the receiver before the time is over', async () => {
  const { page } = await openQueue('a.mov', 'b.mov', 'c.mov')
  await rowOfKind(page, 'a.mov', 'sending').waitFor()
  await press(page, 'a.mov')
  await press(page, 'b.mov', 'Shift')
  await page.keyboard.press('Delete')
  await page.getByText('2 uploads removed').waitFor()
  await expect.poll(() => names(page)).toEqual(['c.mov'])
  await saveScreenshots(page, 'undo')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => names(page)).toEqual(['a.mov', 'b.mov', 'c.mov'])
  await rowOfKind(page, 'a.mov', 'sending').waitFor()

  await press(page, 'c.mov')
  await page.keyboard.press('Delete')
  await page.getByTestId('undo').waitFor()
  await page.keyboard.press('ControlOrMeta+z')
  await expect.poll(() => names(page)).toEqual(['a.mov', 'b.mov', 'c.mov'])
  await press(page, 'c.mov')
  await page.keyboard.press('Delete')
  await page.getByTestId('undo').waitFor({ state: 'detached', timeout: 20_000 })
  await expect.poll(() => page.locator('[data-filter=all]').textContent()).toBe('All 2')
})

test('quitting before the time to undo is over forgets nothing: the upload is there again, paused', async () => {
  const home = tempDir()
  const { page, close } = await openQueueIn(() => openApp({ home }), ['a.mov', 'b.mov'])
  await rowOfKind(page, 'a.mov', 'sending').waitFor()
  await press(page, 'a.mov')
  await page.keyboard.press('Delete')
  await page.getByTestId('undo').waitFor()
  // What the window asked for before is done when this is answered.
  await page.evaluate('window.longshore.snapshot()')
  await close()
  const again = await openApp({ home })
  await rowOfKind(again.page, 'a.mov', 'paused').waitFor()
  await row(again.page, 'b.mov').waitFor()
})

test('rows are dragged to another place, and moved with Alt and the arrow keys', async () => {
  const { page } = await openQueue('a.mov', 'b.mov', 'c.mov', 'd.mov')
  const drag = await startDrag(page, row(page, 'd.mov').locator('.row-name'))
  const target = await row(page, 'b.mov').boundingBox()
  if (target === null) throw new Error('The row is not visible')
  await drag.over({ x: target.x + 90, y: target.y + 6 })
  await page.locator('[data-drop=above]').waitFor()
  await saveInUsualSize(page, 'dragging')
  await drag.drop()
  await expect.poll(() => names(page)).toEqual(['a.mov', 'd.mov', 'b.mov', 'c.mov'])
  expect(await page.locator('[data-drop]').count()).toBe(0)

  await press(page, 'a.mov')
  await press(page, 'd.mov', 'Shift')
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(() => names(page)).toEqual(['b.mov', 'a.mov', 'd.mov', 'c.mov'])
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => names(page)).toEqual(['a.mov', 'd.mov', 'b.mov', 'c.mov'])
})

test('the menu of a row is opened with either hand or the keyboard, and acts on what is selected', async () => {
  const { page } = await openQueue('a.mov', 'b.mov', 'c.mov')
  const violations: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') violations.push(message.text())
  })
  await row(page, 'c.mov').locator('.row-name').click({ button: 'right' })
  const menu = page.getByTestId('row-menu')
  await menu.waitFor()
  expect(await selected(page)).toEqual(['c.mov'])
  await saveInUsualSize(page, 'row-menu')
  await menu.getByRole('menuitem', { name: 'Move to the top' }).click()
  await expect.poll(() => names(page)).toEqual(['c.mov', 'a.mov', 'b.mov'])

  await press(page, 'a.mov')
  await page.keyboard.press('Shift+F10')
  await menu.waitFor()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await rowOfKind(page, 'a.mov', 'paused').waitFor()
  await page.getByRole('button', { name: 'More for a.mov' }).click()
  await menu.getByRole('menuitem', { name: 'Resume' }).click()
  await expect.poll(() => rowOfKind(page, 'a.mov', 'paused').count()).toBe(0)
  expect(violations).toEqual([])
})

test('a chart shows the rate of the last minutes', async () => {
  const { page, proxy } = await openQueue('a.mov', 'b.mov', 'c.mov', 'd.mov', 'e.mov', 'f.mov')
  await page.evaluate('longshore.limitRate(2_500_000)')
  proxy.release()
  const chart = page.getByTestId('rate-chart')
  await chart.waitFor({ timeout: 20_000 })
  await expect.poll(() => chart.getAttribute('aria-label')).toMatch(/Rate of the last 3 minutes, [1-9].* at most/)
  const painted = () =>
    page.evaluate(`(() => {
      const canvas = document.querySelector('[data-testid=rate-chart] canvas')
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      return data.some((value) => value !== 0)
    })()`)
  await expect.poll(painted, { timeout: 60_000 }).toBe(true)
  await page.getByRole('button', { name: 'Pause c.mov' }).click()
  await page.getByRole('button', { name: 'Details of c.mov' }).click()
  await saveScreenshots(page, 'queue')
})

test('a question mark shows the keys', async () => {
  const { page } = await openQueue('a.mov')
  await page.keyboard.press('?')
  await page.getByTestId('keys').waitFor()
  await saveScreenshots(page, 'keys')
  await page.keyboard.press('Escape')
  await page.getByTestId('keys').waitFor({ state: 'detached' })
})
