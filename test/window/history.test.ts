import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import type { LaunchedApp } from '../support/app/launch-app.ts'
import { chooseReceiver, openApp, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const DROP = '[data-testid=drop]'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

function stubSaveDialog({ main }: LaunchedApp, path: string): Promise<void> {
  return main(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: filePath === '', filePath })
  }, path)
}

async function openHistory(page: Page): Promise<void> {
  await page.getByTestId('history-button').click()
  await page.getByTestId('history-found').waitFor()
}

test('what was sent is remembered over a restart, found, and saved as a list that md5sum checks', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  mkdirSync(join(here, 'Photos'))
  for (let n = 0; n < 60; n++) makeFile(join(here, `Photos/IMG_${n}.jpg`), 1000 + n, n)
  makeFile(join(here, '=SUM(A1).csv'), 5000, 99)
  const receiver = await withReceiver(there)
  const first = await openApp({ home })
  await openHistory(first.page)
  await first.page.getByText('Nothing was sent yet.').waitFor()
  await first.page.keyboard.press('Escape')
  await chooseReceiver(first.page, receiver.address)
  await first.dropFiles([join(here, 'Photos'), join(here, '=SUM(A1).csv')], DROP)
  await first.page.getByText('61 done').waitFor()
  // Taking rows off the list is not forgetting.
  await first.page.getByRole('button', { name: 'Clear done' }).click()
  await first.electronApp.close()
  appendFileSync(join(home, 'history.jsonl'), '{"finishedAtMs":1,"na')

  const app = await openApp({ home })
  const { page } = app
  await openHistory(page)
  await page.getByText('61 files').waitFor()
  expect(await page.getByTestId('receipt').count(), 'only what is near').toBeLessThan(40)
  await saveScreenshots(page, 'history')
  const list = join(there, 'list.md5')
  await stubSaveDialog(app, list)
  await page.getByRole('button', { name: 'md5sum list' }).click()
  await page.getByText('61 receipts were saved.').waitFor()
  const said = execFileSync('md5sum', ['-c', '--strict', 'list.md5'], { cwd: there, encoding: 'utf8' })
  expect(said.match(/: OK$/gm)).toHaveLength(61)
  writeFileSync(join(there, 'Photos/IMG_3.jpg'), 'changed')
  expect(() => execFileSync('md5sum', ['-c', 'list.md5'], { cwd: there, stdio: 'pipe' })).toThrow()

  await page.getByRole('searchbox').fill('sum(a1)')
  await page.getByText('1 file', { exact: true }).waitFor()
  const table = join(there, 'table.csv')
  await stubSaveDialog(app, table)
  await page.getByRole('button', { name: 'Table (CSV)' }).click()
  await page.getByText('1 receipt was saved.').waitFor()
  const rows = readFileSync(table, 'utf8').trim().split('\r\n')
  expect(rows).toHaveLength(2)
  expect(rows[1]).toContain(`"'=SUM(A1).csv","5000"`)
  await page.getByRole('searchbox').fill('no such file')
  await page.getByText('Nothing found.').waitFor()
  expect(await page.getByRole('button', { name: 'Data (JSON)' }).isDisabled()).toBe(true)
})

test('a file that ends while the history is open joins it, and the history is cleared only after asking', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles, main } = await freshApp()
  await chooseReceiver(page, receiver.address)
  await main(({ Menu }) => Menu.getApplicationMenu()?.getMenuItemById('history')?.click(), null)
  await page.getByText('Nothing was sent yet.').waitFor()
  await dropFiles([join(here, 'a.bin')], '[data-testid=history]')
  await page.locator('[data-testid=receipt][data-name="a.bin"]').waitFor()
  await page.getByRole('button', { name: 'Clear history' }).click()
  await page.getByText('Forget what was sent?').waitFor()
  await page.getByRole('button', { name: 'Clear history' }).click()
  await page.getByText('Nothing was sent yet.').waitFor()
  await page.keyboard.press('Escape')
  await rowOfKind(page, 'a.bin', 'done').waitFor()
})

test('a list that cannot be written is told, and the history stays', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const app = await freshApp()
  await chooseReceiver(app.page, receiver.address)
  await app.dropFiles([join(here, 'a.bin')], DROP)
  await rowOfKind(app.page, 'a.bin', 'done').waitFor()
  await openHistory(app.page)
  await app.page.getByText('1 file', { exact: true }).waitFor()
  await stubSaveDialog(app, join(there, 'no such folder/list.md5'))
  await app.page.getByRole('button', { name: 'md5sum list' }).click()
  await app.page.getByText('The file could not be written').waitFor()
  expect(await app.page.getByTestId('receipt').count()).toBe(1)
})
