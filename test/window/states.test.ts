import { execFileSync } from 'node:child_process'
import { readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { becomeSmallDisk } from '../../server/fixtures/small-disk.ts'
import { chooseReceiver, row, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const SIZE = 48 * CHUNK_BYTES
const DROP = '[data-testid=drop]'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

const words = (page: Page, name: string) => row(page, name).getByTestId('status').textContent()
const percent = async (page: Page, name: string) =>
  Number(await row(page, name).getByRole('progressbar').getAttribute('aria-valuenow'))

test('waiting, sending and paused uploads say so, and are never shown as complete', async () => {
  const here = tempDir()
  const { proxy, address } = await heldReceiver(SIZE / 4)
  const names = ['a.mov', 'b.mov', 'c.mov', 'd.mov', 'e.mov', 'f.mov']
  // None of them can end before the receiver is released.
  for (const [seed, name] of names.entries()) makeFile(join(here, name), name === 'a.mov' ? SIZE : SIZE / 4, seed + 1)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, address)
  await dropFiles(
    names.map((name) => join(here, name)),
    DROP,
  )
  await expect.poll(() => percent(page, 'a.mov'), { timeout: 20_000 }).toBeGreaterThan(2)
  expect(await words(page, 'a.mov')).toBe('Sending')
  expect(await percent(page, 'a.mov')).toBeLessThan(60)
  expect(await words(page, 'f.mov')).toBe('Waiting')
  await page.getByRole('button', { name: 'Pause a.mov' }).click()
  await rowOfKind(page, 'a.mov', 'paused').waitFor()
  expect(await words(page, 'a.mov')).toBe('Paused by you')
  expect(await percent(page, 'a.mov')).toBeGreaterThan(0)
  await saveScreenshots(page, 'state-queue')
  proxy.release()
  await page.getByRole('button', { name: 'Resume a.mov' }).click()
  for (const name of names) await rowOfKind(page, name, 'done').waitFor()
})

test('[A7] a file that is sent but not verified is not done, and a receiver that hangs meanwhile is named', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'disk image.iso'), 256 * CHUNK_BYTES)
  // What is hashed as it arrives is verified in no time at its end; read again from the disk, it takes long enough to
  // be seen.
  const receiver = await longshoreReceive(there, { flags: ['--verify-from-disk'] })
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, `127.0.0.1:${receiver.port}`)
  await dropFiles([join(here, 'disk image.iso')], DROP)
  await rowOfKind(page, 'disk image.iso', 'verifying').waitFor({ timeout: 60_000 })
  receiver.child.kill('SIGSTOP')
  expect(await words(page, 'disk image.iso')).toMatch(/^Verifying, \d+% checked$/)
  expect(await percent(page, 'disk image.iso')).toBe(99)
  await saveScreenshots(page, 'state-verifying')
  await page.getByText('The receiver cannot be reached.').waitFor({ timeout: 60_000 })
  expect(await percent(page, 'disk image.iso')).toBe(99)
  receiver.child.kill('SIGCONT')
  await rowOfKind(page, 'disk image.iso', 'done').waitFor({ timeout: 60_000 })
  expect(md5OfFile(join(there, 'disk image.iso'))).toBe(md5)
})

test('[A8] uploads rest while the computer is asleep and go on by themselves when it wakes up', async () => {
  const here = tempDir()
  const { there, proxy, address } = await heldReceiver(SIZE / 4)
  const md5 = makeFile(join(here, 'film.mov'), SIZE)
  const { page, dropFiles, suspend, resume } = await freshApp()
  await chooseReceiver(page, address)
  await dropFiles([join(here, 'film.mov')], DROP)
  await expect.poll(() => percent(page, 'film.mov'), { timeout: 20_000 }).toBeGreaterThan(2)
  await suspend()
  await rowOfKind(page, 'film.mov', 'interrupted').waitFor()
  expect(await words(page, 'film.mov')).toBe('This computer is asleep. Continues by itself when it wakes up.')
  expect(await percent(page, 'film.mov')).toBeGreaterThan(2)
  await saveScreenshots(page, 'state-asleep')
  proxy.cut()
  proxy.release()
  const sentAsleep = proxy.forwarded()
  // Longer than an upload that was merely interrupted would wait for its next try.
  await page.waitForTimeout(1500)
  expect(proxy.forwarded(), 'nothing is sent before it wakes up').toBe(sentAsleep)
  await resume()
  await rowOfKind(page, 'film.mov', 'done').waitFor()
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
})

test('[A6 B1] an upload whose receiver goes away says so, keeps what is stored, and continues by itself', async () => {
  const here = tempDir()
  const { there, receiver, proxy, address } = await heldReceiver(SIZE / 4)
  const md5 = makeFile(join(here, 'film.mov'), SIZE)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, address)
  await dropFiles([join(here, 'film.mov')], DROP)
  await expect.poll(() => percent(page, 'film.mov'), { timeout: 20_000 }).toBeGreaterThan(2)
  const { port } = receiver
  const closed = receiver.close()
  proxy.cut()
  await closed
  await page.getByText('The receiver cannot be reached.').waitFor({ timeout: 30_000 })
  expect(await percent(page, 'film.mov')).toBeGreaterThan(2)
  await saveScreenshots(page, 'state-unreachable')
  proxy.release()
  await withReceiver(there, { port })
  await rowOfKind(page, 'film.mov', 'done').waitFor({ timeout: 60_000 })
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  // Not from the beginning: less than the file and what was on its way when the receiver went.
  expect(proxy.forwarded()).toBeLessThan(SIZE + 24 * CHUNK_BYTES)
})

test('[F1] a full disk of the receiver is named, and the upload continues by itself when there is room', async (context) => {
  const [here, there] = [tempDir(), tempDir()]
  becomeSmallDisk(there, 24, context)
  const md5 = makeFile(join(here, 'backup.tar'), 32 * CHUNK_BYTES)
  const receiver = await longshoreReceive(there)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, `127.0.0.1:${receiver.port}`)
  await dropFiles([join(here, 'backup.tar')], DROP)
  await page
    .getByText(/The receiver’s disk is full: 32 MiB are needed, 2[\d.]+ MiB are free\. Make room on it\./)
    .waitFor()
  await saveScreenshots(page, 'state-disk-full')
  execFileSync('mount', ['-o', 'remount,size=512m', there])
  await rowOfKind(page, 'backup.tar', 'done').waitFor({ timeout: 60_000 })
  expect(md5OfFile(join(there, 'backup.tar'))).toBe(md5)
})

test('[G1] a source that was moved away is named, others go on, and it goes on when it is back', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  const md5 = makeFile(join(here, 'moved.mov'), SIZE, 1)
  makeFile(join(here, 'stays.mov'), SIZE, 2)
  const proxy = await startProxy(() => receiver.port)
  proxy.holdAfter(CHUNK_BYTES)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, `127.0.0.1:${proxy.port}`)
  await dropFiles([join(here, 'moved.mov'), join(here, 'stays.mov')], DROP)
  await rowOfKind(page, 'moved.mov', 'sending').waitFor()
  await page.getByRole('button', { name: 'Pause moved.mov' }).click()
  await rowOfKind(page, 'moved.mov', 'paused').waitFor()
  proxy.release()
  renameSync(join(here, 'moved.mov'), join(here, 'elsewhere.mov'))
  await page.getByRole('button', { name: 'Resume moved.mov' }).click()
  await page.getByText('The file is not where it was. Put it back, or cancel.').waitFor()
  await rowOfKind(page, 'stays.mov', 'done').waitFor()
  await saveScreenshots(page, 'state-source-missing')
  renameSync(join(here, 'elsewhere.mov'), join(here, 'moved.mov'))
  await rowOfKind(page, 'moved.mov', 'done').waitFor({ timeout: 60_000 })
  expect(md5OfFile(join(there, 'moved.mov'))).toBe(md5)
})

test('[G3] a failure says what happened and what to do, and its details can be copied', async () => {
  const here = tempDir()
  const { proxy, address } = await heldReceiver(SIZE / 4)
  const file = join(here, 'draft.txt')
  makeFile(file, SIZE)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, address)
  await dropFiles([file], DROP)
  await rowOfKind(page, 'draft.txt', 'sending').waitFor()
  makeFile(file, SIZE + 1, 2)
  proxy.release()
  await rowOfKind(page, 'draft.txt', 'failed').waitFor()
  expect(await words(page, 'draft.txt')).toBe(
    'Failed: The file changed while it was being sent. Retry sends it as it is now.',
  )
  await page.getByRole('button', { name: 'Details of draft.txt' }).click()
  await saveScreenshots(page, 'state-failed')
  await page.getByRole('button', { name: 'Copy details' }).click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  await page.getByTestId('add-receiver-button').click()
  await page.getByTestId('receiver-address').press('ControlOrMeta+v')
  const pasted = await page.getByTestId('receiver-address').inputValue()
  expect(pasted).toContain(`${address} / draft.txt`)
  expect(pasted).toContain('(SOURCE_CHANGED)')
})

test('a file whose name was taken says under which name it was stored', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  writeFileSync(join(there, 'photo.jpg'), 'another photo')
  const md5 = makeFile(join(here, 'photo.jpg'), 4000)
  const { page, dropFiles } = await freshApp()
  await chooseReceiver(page, receiver.address)
  await dropFiles([join(here, 'photo.jpg')], DROP)
  await page.getByRole('button', { name: 'Add 1 file' }).click()
  await rowOfKind(page, 'photo.jpg', 'done').waitFor()
  const stored = readdirSync(there).find((name) => name !== 'photo.jpg' && !name.startsWith('.')) ?? ''
  expect(await words(page, 'photo.jpg')).toBe(`Verified; the name was taken, stored as ${stored}`)
  expect(md5OfFile(join(there, stored))).toBe(md5)
  await saveScreenshots(page, 'state-done')
})
