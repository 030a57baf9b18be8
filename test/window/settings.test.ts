import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { chooseReceiver, openApp, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

test('a limit is set, named as what limits the rate, lifted again, and the file arrives', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'film.mov'), 48 * MIB)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, receiver.address)
  await page.getByTestId('settings-button').click()
  const rate = page.getByTestId('rate-limit')
  await rate.fill('slow')
  await page.getByText('At least 0.01 MB a second.').waitFor()
  await rate.fill('2')
  await rate.press('Enter')
  await saveScreenshots(page, 'settings')
  await page.keyboard.press('Escape')

  await dropFiles([join(here, 'film.mov')], '[data-testid=drop]')
  await rowOfKind(page, 'film.mov', 'sending').waitFor()
  await page.getByTestId('totals').getByText('Limited by the rate you set').waitFor()
  await saveScreenshots(page, 'limited')

  await page.getByTestId('settings-button').click()
  expect(await rate.inputValue()).toBe('2')
  await rate.fill('')
  await page.getByRole('button', { name: 'Close' }).click()
  await rowOfKind(page, 'film.mov', 'done').waitFor()
  expect(existsSync(join(there, 'film.mov'))).toBe(true)
})

test('what happens when a name is taken is decided once, and kept over a restart', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  makeFile(join(here, 'a.bin'), 1000)
  makeFile(join(there, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const first = await openApp({ home })
  await chooseReceiver(first.page, receiver.address)
  await first.page.getByTestId('settings-button').click()
  await first.page.getByLabel('When a name is taken').selectOption('refuse')
  await first.page.getByRole('switch', { name: 'Look for receivers on the local network' }).click()
  await expect
    .poll(() => JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8')))
    .toMatchObject({ onConflict: 'refuse', discovery: false })
  await first.close()

  const { page, dropFiles } = await openApp({ home })
  await page.getByTestId('settings-button').click()
  expect(await page.getByLabel('When a name is taken').inputValue()).toBe('refuse')
  expect(await page.getByRole('switch', { name: 'Look for receivers' }).isChecked()).toBe(false)
  await page.getByRole('button', { name: 'Close' }).click()
  await dropFiles([join(here, 'a.bin')], '[data-testid=drop]')
  await rowOfKind(page, 'a.bin', 'failed').waitFor()
})

test('how many files are sent at once changes while they are sent', async () => {
  const here = tempDir()
  const { proxy, address } = await heldReceiver(4 * MIB)
  const names = ['a.mov', 'b.mov', 'c.mov']
  for (const [seed, name] of names.entries()) makeFile(join(here, name), 12 * MIB, seed + 1)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, address)
  const choose = async (count: string) => {
    await page.getByTestId('settings-button').click()
    await page.getByLabel('Files at once').selectOption(count)
    await page.keyboard.press('Escape')
  }
  await choose('1')
  await dropFiles(
    names.map((name) => join(here, name)),
    '[data-testid=drop]',
  )
  await rowOfKind(page, 'a.mov', 'sending').waitFor()
  await rowOfKind(page, 'b.mov', 'waiting').waitFor()
  await choose('2')
  await rowOfKind(page, 'b.mov', 'sending').waitFor()
  await rowOfKind(page, 'c.mov', 'waiting').waitFor()
  await choose('3')
  await rowOfKind(page, 'c.mov', 'sending').waitFor()
  proxy.release()
  for (const name of names) await rowOfKind(page, name, 'done').waitFor()
})
