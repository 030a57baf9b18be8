import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addReceiver, chooseReceiver, openApp, row, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { sharedApp } from '../support/app/shared-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const SIZE = 48 * CHUNK_BYTES

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const freshApp = sharedApp()

test('a dropped file shows its progress, pauses, resumes, and arrives verified', async () => {
  const here = tempDir()
  const { there, proxy, address } = await heldReceiver(SIZE / 4)
  const md5 = makeFile(join(here, 'holiday film.mov'), SIZE)
  const { page, dropFiles } = await freshApp()
  await saveScreenshots(page, 'empty')
  await chooseReceiver(page, address)
  await dropFiles([join(here, 'holiday film.mov')], '[data-testid=drop]')

  const sending = rowOfKind(page, 'holiday film.mov', 'sending')
  const bar = sending.getByRole('progressbar')
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 15_000 })
    .toBeGreaterThan(10)
  expect(Number(await bar.getAttribute('aria-valuenow'))).toBeLessThan(60)
  await saveScreenshots(page, 'sending')

  await page.getByRole('button', { name: 'Pause holiday film.mov' }).click()
  const paused = rowOfKind(page, 'holiday film.mov', 'paused')
  await paused.waitFor()
  expect(await paused.getByTestId('status').textContent()).toBe('Paused by you')
  await saveScreenshots(page, 'paused')
  proxy.release()
  expect(existsSync(join(there, 'holiday film.mov'))).toBe(false)

  await page.getByRole('button', { name: 'Resume holiday film.mov' }).click()
  const done = rowOfKind(page, 'holiday film.mov', 'done')
  await done.waitFor()
  expect(await done.getByTestId('status').textContent()).toBe('Verified, stored as holiday film.mov')
  expect(await done.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('100')
  expect(md5OfFile(join(there, 'holiday film.mov'))).toBe(md5)
  await page.getByRole('button', { name: 'Details of holiday film.mov' }).click()
  expect(await page.getByTestId('digest').textContent()).toBe(md5)
  await saveScreenshots(page, 'done')
})

test('“Receive on this computer” takes a folder, which is one row that opens', async () => {
  const [home, here] = [tempDir(), tempDir()]
  for (let i = 0; i < 12; i++) makeFile(join(here, `photos/p${i}.jpg`), 10_000 + i, i + 1)
  mkdirSync(join(here, 'photos/empty'))
  const { page, dropFiles } = await openApp({ home, args: ['--receive-here'] })
  await page.getByText(/Listening on /).waitFor()
  await dropFiles([join(here, 'photos')], '[data-testid=drop]')
  const folder = page.locator('[data-testid=folder-row][data-kind=done]')
  await folder.waitFor()
  expect(await folder.textContent()).toContain('photos')
  await page.getByRole('button', { name: 'Show the files of photos' }).click()
  await row(page, 'p0.jpg').waitFor()
  await page.getByText('12 files received').waitFor()
  await saveScreenshots(page, 'folder')
  const stored = join(home, 'Downloads/Longshore/photos')
  expect(readdirSync(stored)).toHaveLength(13)
  for (let i = 0; i < 12; i++)
    expect(md5OfFile(join(stored, `p${i}.jpg`))).toBe(md5OfFile(join(here, `photos/p${i}.jpg`)))
})

test('a receiver that is away is named, and the upload continues by itself when it is back', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles, resume } = await freshApp()
  await chooseReceiver(page, receiver.address)
  await receiver.close()
  await dropFiles([join(here, 'a.bin')], '[data-testid=drop]')
  const interrupted = rowOfKind(page, 'a.bin', 'interrupted')
  await interrupted.waitFor()
  expect(await interrupted.getByTestId('status').textContent()).toContain('The receiver cannot be reached.')
  await saveScreenshots(page, 'interrupted')
  await withReceiver(there, { port: receiver.port })
  await resume()
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)
})

test('a wrong address is answered with a sentence, and a drop before there is a receiver is not lost', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await freshApp()
  await addReceiver(page, 'http://not-a-receiver/')
  await page.getByText('is not an address').waitFor()
  await saveScreenshots(page, 'wrong-address')
  await page.keyboard.press('Escape')
  await dropFiles([join(here, 'a.bin')], '[data-testid=drop]')
  await page.getByText('What you dropped (1 item) is added then.').waitFor()
  await chooseReceiver(page, receiver.address)
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  expect(existsSync(join(there, 'a.bin'))).toBe(true)
})

test('files are added by dialog; failed ones say why and can be retried; cancel all asks first', async () => {
  const here = tempDir()
  const { there, proxy, address } = await heldReceiver(SIZE / 4)
  const file = join(here, 'draft.txt')
  makeFile(file, SIZE)
  const { page, stubOpenDialog } = await freshApp()
  await chooseReceiver(page, address)
  await stubOpenDialog([file])
  await page.getByRole('button', { name: 'Add files…' }).click()
  await rowOfKind(page, 'draft.txt', 'sending').waitFor()
  makeFile(file, SIZE + 1, 2)
  proxy.release()
  const failed = rowOfKind(page, 'draft.txt', 'failed')
  await failed.waitFor()
  expect(await failed.getByTestId('status').textContent()).toContain('The file changed while it was being sent.')
  await saveScreenshots(page, 'failed')
  await page.getByRole('button', { name: 'Retry draft.txt' }).click()
  await rowOfKind(page, 'draft.txt', 'done').waitFor()
  expect(md5OfFile(join(there, 'draft.txt'))).toBe(md5OfFile(file))

  proxy.holdAfter(CHUNK_BYTES)
  await page.getByRole('button', { name: 'Add files…' }).click()
  await page.getByRole('button', { name: 'Add 1 file' }).click()
  await rowOfKind(page, 'draft.txt', 'sending').waitFor()
  await page.getByRole('button', { name: 'Cancel all…' }).click()
  await page.getByRole('button', { name: 'Cancel uploads' }).click()
  await expect.poll(() => page.getByTestId('row').count()).toBe(1)
  proxy.release()
  await page.getByRole('button', { name: 'Clear done' }).click()
  await expect.poll(() => page.getByTestId('row').count()).toBe(0)
  expect(readdirSync(there).filter((name) => !name.startsWith('.'))).toEqual(['draft.txt'])
})

test('the page is shut in: no Node, no paths, no foreign scripts, no leaving', async () => {
  const { page, logs } = await freshApp()
  const violations: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) violations.push(message.text())
  })
  expect(await page.evaluate(() => [typeof globalThis.require, typeof globalThis.process].join())).toBe(
    'undefined,undefined',
  )
  const report = await page.evaluate(async () => {
    const { longshore } = globalThis as unknown as { longshore: { addDropped(files: File[]): Promise<unknown> } }
    return longshore.addDropped([new File(['x'], 'made up.txt')])
  })
  expect(report).toMatchObject({ added: 0, skipped: [{ name: 'made up.txt' }] })
  expect(violations).toEqual([])
  const ran = await page.evaluate(`(() => {
    const script = document.createElement('script'); script.textContent = 'globalThis.injected = true'
    document.body.append(script); return globalThis.injected === true
  })()`)
  expect(ran).toBe(false)
  await page.evaluate(`location.href = 'https://example.com/'`)
  await page.getByTestId('receiver-field').waitFor()
  expect(logs()).not.toMatch(/Uncaught|UnhandledPromise/)
})
