import { symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { becomeSmallDisk } from '../../server/fixtures/small-disk.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile } from '../support/made-file.ts'
import { chooseReceiver, openApp, row, rowOfKind } from '../support/open-app.ts'
import { saveInBothLanguages } from '../support/screenshots.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(ALL_OUTPUTS))

test('what does not fit is asked about before the first byte, once for all of it', async (context) => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  becomeSmallDisk(there, 100, context)
  for (const name of ['a.mov', 'b.mov']) {
    writeFileSync(join(here, name), '')
    truncateSync(join(here, name), 70 * MIB)
  }
  makeFile(join(here, 'small.txt'), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await openApp({ home })
  await chooseReceiver(page, receiver.address)
  const films = ['a.mov', 'b.mov'].map((name) => join(here, name))
  await dropFiles(films, '[data-testid=drop]')
  await page.getByText('There is not enough room').waitFor()
  await page.getByText('140 MiB are needed').waitFor()
  await saveInBothLanguages(page, 'no-room')
  await page.getByRole('button', { name: 'Add nothing' }).click()
  await page.getByTestId('question').waitFor({ state: 'detached' })
  expect(await page.getByTestId('row').count()).toBe(0)

  await dropFiles([join(here, 'small.txt')], '[data-testid=drop]')
  await rowOfKind(page, 'small.txt', 'done').waitFor()
  await dropFiles(films, '[data-testid=drop]')
  await page.getByRole('button', { name: 'Add 2 files anyway' }).click()
  await row(page, 'a.mov').waitFor()
  await row(page, 'b.mov').waitFor()
  await page.getByText('The receiver’s disk is full').waitFor()
})

test('files that cannot be read are named together, and the others are added', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  for (const name of ['one', 'two']) symlinkSync(name, join(here, name))
  makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const { page, stubOpenDialog } = await openApp({ home })
  await chooseReceiver(page, receiver.address)
  await stubOpenDialog(['one', 'a.bin', 'two'].map((name) => join(here, name)))
  await page.getByRole('button', { name: 'Add files' }).click()
  await page.getByText('2 items cannot be read and would be left out').waitFor()
  expect(await page.getByTestId('question').getByRole('listitem').allTextContents()).toEqual(['one', 'two'])
  await saveInBothLanguages(page, 'unreadable')
  await page.getByRole('button', { name: 'Add the other file' }).click()
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  expect(await page.getByTestId('row').count()).toBe(1)
})
