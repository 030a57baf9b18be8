import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { becomeSmallDisk } from '../../server/fixtures/small-disk.ts'
import { chooseReceiver, row, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

test('what does not fit is asked about before the first byte, once for all of it', async (context) => {
  const [here, there] = [tempDir(), tempDir()]
  becomeSmallDisk(there, 100, context)
  for (const name of ['a.mov', 'b.mov']) {
    writeFileSync(join(here, name), '')
    truncateSync(join(here, name), 70 * MIB)
  }
  makeFile(join(here, 'small.txt'), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, receiver.address)
  const films = ['a.mov', 'b.mov'].map((name) => join(here, name))
  await dropFiles(films, '[data-testid=drop]')
  await page.getByText('There is not enough room').waitFor()
  await page.getByText('140 MiB are needed').waitFor()
  await saveScreenshots(page, 'no-room')
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
  const [here, there] = [tempDir(), tempDir()]
  for (const name of ['one', 'two']) symlinkSync(name, join(here, name))
  makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const { page, stubOpenDialog } = await freshApp()
  await chooseReceiver(page, receiver.address)
  await stubOpenDialog(['one', 'a.bin', 'two'].map((name) => join(here, name)))
  await page.getByRole('button', { name: 'Add files' }).click()
  await page.getByText('2 items cannot be read and would be left out').waitFor()
  expect(await page.getByTestId('question').getByRole('listitem').allTextContents()).toEqual(['one', 'two'])
  await saveScreenshots(page, 'unreadable')
  await page.getByRole('button', { name: 'Add the other file' }).click()
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  expect(await page.getByTestId('row').count()).toBe(1)
})

test('names that are taken are asked about before the first byte, and the answer can hold from then on', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const names = ['same.mov', 'other.mov', 'new.mov', 'take:2.mov']
  for (const [seed, name] of names.entries()) makeFile(join(here, name), 1000, seed)
  copyFileSync(join(here, 'same.mov'), join(there, 'same.mov'))
  makeFile(join(there, 'OTHER.mov'), 70, 9)
  const before = md5Of(join(there, 'OTHER.mov'))
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, receiver.address)
  const films = names.map((name) => join(here, name))
  const question = page.getByTestId('question')
  await dropFiles(films, '[data-testid=drop]')
  await question.getByText('2 names are taken').waitFor()
  await question.getByText('1 of them has the size of what is there').waitFor()
  await question.getByText('take:2.mov → take_2.mov').waitFor()
  expect(await page.getByTestId('row').count()).toBe(0)
  await saveScreenshots(page, 'taken')
  await question.getByRole('button', { name: 'Add 4 files' }).click()
  for (const name of names) await rowOfKind(page, name, 'done').waitFor()
  const stored = ['OTHER.mov', 'new.mov', 'other (2).mov', 'same.mov', 'take_2.mov']
  expect(
    readdirSync(there)
      .filter((name) => name.endsWith('.mov'))
      .sort(),
  ).toEqual(stored)
  expect(md5Of(join(there, 'OTHER.mov'))).toBe(before)

  const other = [join(here, 'other.mov')]
  await dropFiles(other, '[data-testid=drop]')
  await question.getByText('1 name is taken').waitFor()
  await question.getByLabel('Leave these files out').check()
  expect(await question.getByRole('button', { name: 'Add 0 files' }).isDisabled()).toBe(true)
  await question.getByLabel('Replace what is there').check()
  await question.getByLabel('Do this from now on').check()
  await question.getByRole('button', { name: 'Add 1 file' }).click()
  await expect.poll(() => md5Of(join(there, 'OTHER.mov'))).toBe(md5Of(join(here, 'other.mov')))

  makeFile(join(here, 'other.mov'), 500, 5)
  await dropFiles(other, '[data-testid=drop]')
  await expect.poll(() => md5Of(join(there, 'OTHER.mov'))).toBe(md5Of(join(here, 'other.mov')))
  expect(await question.count()).toBe(0)
  expect(
    readdirSync(there)
      .filter((name) => name.endsWith('.mov'))
      .sort(),
  ).toEqual(stored)
})

test('a name that the receiver cannot store is told before anything is sent', async () => {
  const [here, there] = [tempDir(), tempDir()]
  mkdirSync(join(here, 'day'))
  for (const name of ['a\\b.mov', 'good.mov']) makeFile(join(here, 'day', name), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, receiver.address)
  await dropFiles([join(here, 'day')], '[data-testid=drop]')
  await page.getByText('1 name cannot be stored there').waitFor()
  await page.getByText('day/a\\b.mov').waitFor()
  await saveScreenshots(page, 'unstorable')
  await page.getByRole('button', { name: 'Add the other file' }).click()
  await expect.poll(() => existsSync(join(there, 'day', 'good.mov'))).toBe(true)
})

function md5Of(path: string): string {
  return createHash('md5').update(readFileSync(path)).digest('hex')
}
