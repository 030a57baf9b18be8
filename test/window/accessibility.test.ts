import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { accessibilityViolations } from '../support/app/axe.ts'
import { addReceiver, chooseReceiver, openApp, row, rowOfKind } from '../support/app/open-app.ts'
import { saveInUsualSize } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const DROP = '[data-testid=drop]'
/** More than the window has; a lap that never ends is cut off here. */
const MOST_TAB_STOPS = 80

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

async function expectAccessible(page: Page, state: string): Promise<void> {
  expect([state, await accessibilityViolations(page)]).toEqual([state, []])
}

/** A window with an upload in each of several states, one of them in a folder that is open. */
async function openQueue(open = freshApp) {
  const [here, there] = [tempDir(), tempDir()]
  const quick = await withReceiver(there)
  const held = await heldReceiver(CHUNK_BYTES)
  const app = await open()
  const { page } = app
  await chooseReceiver(page, quick.address)
  makeFile(join(here, 'done.txt'), 1000)
  await app.dropFiles([join(here, 'done.txt')], DROP)
  await rowOfKind(page, 'done.txt', 'done').waitFor()
  expect(existsSync(join(there, 'done.txt'))).toBe(true)
  await chooseReceiver(page, held.address)
  for (const [seed, name] of ['film.mov', 'paused.mov', 'photos/a.jpg', 'photos/b.jpg'].entries()) {
    makeFile(join(here, name), 16 * CHUNK_BYTES, seed + 1)
  }
  await app.dropFiles(
    ['film.mov', 'paused.mov', 'photos'].map((name) => join(here, name)),
    DROP,
  )
  await page.getByRole('button', { name: 'Pause paused.mov' }).click()
  await rowOfKind(page, 'paused.mov', 'paused').waitFor()
  await page.getByRole('button', { name: 'Show the files of photos' }).click()
  await row(page, 'a.jpg').waitFor()
  return { ...app, ...held, here }
}

test('an empty window and the dialogs that begin there have nothing that shuts anybody out', async () => {
  const { page } = await openApp({ home: tempDir(), args: ['--receive-here'] })
  await page.getByText(/Listening on /).waitFor()
  await expectAccessible(page, 'empty')
  await page.getByTestId('pair-device').click()
  await page.getByTestId('devices').waitFor()
  await expectAccessible(page, 'devices')
  await page.keyboard.press('Escape')
  await page.getByTestId('settings-button').click()
  await page.getByTestId('settings').waitFor()
  await expectAccessible(page, 'settings')
  await page.keyboard.press('Escape')
  const { address } = await withReceiver(tempDir())
  await page.getByTestId('add-receiver-button').click()
  await expectAccessible(page, 'add receiver')
  await page.keyboard.press('Escape')
  await addReceiver(page, address)
  await page.getByRole('button', { name: 'Use without encryption' }).waitFor()
  await expectAccessible(page, 'not encrypted')
})

test('the queue, its menu and its dialogs have nothing that shuts anybody out', async () => {
  const { page } = await openQueue()
  await expectAccessible(page, 'queue')
  await page.getByRole('button', { name: 'Details of done.txt' }).click()
  await page.getByTestId('details').waitFor()
  await row(page, 'film.mov').locator('.row-name').click()
  await expectAccessible(page, 'details and selection')
  await page.keyboard.press('Shift+F10')
  await page.getByTestId('row-menu').waitFor()
  await expectAccessible(page, 'menu')
  await page.keyboard.press('Escape')
  await page.getByTestId('row-menu').waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await page.getByTestId('selection-bar').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Receivers…' }).click()
  await page.getByTestId('receivers').waitFor()
  await expectAccessible(page, 'receivers')
  await page.keyboard.press('Escape')
  await page.getByTestId('history-button').click()
  await page.getByTestId('history').waitFor()
  await expectAccessible(page, 'history')
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await page.getByTestId('keys').waitFor()
  await expectAccessible(page, 'keys')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Cancel all…' }).click()
  await expectAccessible(page, 'cancel all')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Clear done.txt from the list' }).click()
  await page.getByTestId('undo').waitFor()
  await expectAccessible(page, 'undo')
  await page.keyboard.press('/')
  await page.keyboard.type('nowhere')
  await page.getByTestId('nothing-shown').waitFor()
  await expectAccessible(page, 'nothing found')
})

test('whoever wants no motion sees none, and the focus can be seen wherever it goes', async () => {
  const { page } = await openQueue()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const moving = await page.evaluate(`[...document.querySelectorAll('*')]
    .filter((element) => ['transitionDuration', 'animationDuration'].some((name) => !/^(0s(, )?)+$/.test(getComputedStyle(element)[name])))
    .map(({ className }) => String(className))`)
  expect(moving).toEqual([])

  const unseen: unknown[] = []
  let stops = 0
  await page.getByTestId('receiver-field').focus()
  for (; stops < MOST_TAB_STOPS; stops++) {
    await page.keyboard.press('Tab')
    const { label, isSeen, isStart } = (await page.evaluate(`(() => {
      const element = document.activeElement
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return {
        label: element.outerHTML.slice(0, 80),
        isSeen: element === document.body || (outlineStyle !== 'none' && outlineWidth !== '0px'),
        isStart: element.dataset.testid === 'receiver-field',
      }
    })()`)) as { label: string; isSeen: boolean; isStart: boolean }
    if (!isSeen) unseen.push(label)
    if (isStart) break
  }
  expect(unseen).toEqual([])
  expect(stops).toBeGreaterThan(12)
  expect(stops).toBeLessThan(MOST_TAB_STOPS)
})

test('at twice the size everything can still be reached', async () => {
  // An app of its own, which keeps the size.
  const { page } = await openQueue(() => openApp({ home: tempDir() }))
  // Half the smallest usual window, as zooming to 200 % makes it.
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Emulation.setDeviceMetricsOverride', { width: 450, height: 320, deviceScaleFactor: 2, mobile: false })
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  expect(overflow).toBe(0)
  await saveInUsualSize(page, 'zoomed')
  for (const name of ['Add files…', 'Settings', 'Pause film.mov', 'Receivers…']) {
    const button = page.getByRole('button', { name })
    await button.scrollIntoViewIfNeeded()
    const box = await button.boundingBox()
    expect([name, box !== null && box.x >= 0 && box.x + box.width <= 450]).toEqual([name, true])
  }
  const list = await page.getByRole('treegrid').boundingBox()
  expect(list?.height).toBeGreaterThan(150)
  await page.getByRole('button', { name: 'Settings' }).click()
  await page.getByTestId('settings').getByRole('button').last().scrollIntoViewIfNeeded()
  await page.keyboard.press('Escape')
})
