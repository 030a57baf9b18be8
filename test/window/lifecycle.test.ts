import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { becomeSmallDisk } from '../../server/fixtures/small-disk.ts'
import { launchApp } from '../support/app/launch-app.ts'
import { chooseReceiver, openApp, rowOfKind } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const SIZE = 48 * CHUNK_BYTES
const DROP = '[data-testid=drop]'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

test('[A4] a queue that was not finished goes on by itself after the app is killed and opened again', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const { there, proxy, address } = await heldReceiver(SIZE / 4)
  const names = ['a.bin', 'b.bin', 'c.bin']
  for (const [seed, name] of names.entries()) makeFile(join(here, name), SIZE / 2, seed + 1)
  const first = await openApp({ home })
  await chooseReceiver(first.page, address)
  await first.dropFiles(
    names.map((name) => join(here, name)),
    DROP,
  )
  await rowOfKind(first.page, 'a.bin', 'sending').waitFor()
  await first.page.getByRole('button', { name: 'Pause c.bin' }).click()
  await rowOfKind(first.page, 'c.bin', 'paused').waitFor()
  // Its list is written within a moment of a change; a kill right after the click could come before.
  // A part that is still being written, and a backup, do not count: only what has its final name survives.
  const saved = () =>
    readdirSync(join(home, 'uploads'))
      .filter((name) => /^[0-9a-f]{2}\.json$/.test(name))
      .map((name) => readFileSync(join(home, 'uploads', name), 'utf8'))
  await expect.poll(() => saved().some((text) => text.includes('"held":"paused"')), { timeout: 60_000 }).toBe(true)
  const killed = first.closed()
  first.process.kill('SIGKILL')
  await killed

  proxy.release()
  const second = await openApp({ home })
  await rowOfKind(second.page, 'a.bin', 'done').waitFor()
  await rowOfKind(second.page, 'b.bin', 'done').waitFor()
  await rowOfKind(second.page, 'c.bin', 'paused').waitFor()
  await saveScreenshots(second.page, 'after-a-crash')
  await second.page.getByRole('button', { name: 'Resume c.bin' }).click()
  await rowOfKind(second.page, 'c.bin', 'done').waitFor()
  for (const name of names) expect(md5OfFile(join(there, name))).toBe(md5OfFile(join(here, name)))
})

test('[A5] an app that is closed in the middle saves, ends soon, and goes on from there when it is opened again', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const { there, proxy, address } = await heldReceiver(SIZE / 4)
  for (const [seed, name] of ['film.mov', 'later.mov'].entries()) makeFile(join(here, name), SIZE, seed + 1)
  const first = await openApp({ home })
  await chooseReceiver(first.page, address)
  await first.dropFiles([join(here, 'film.mov'), join(here, 'later.mov')], DROP)
  const bar = rowOfKind(first.page, 'film.mov', 'sending').getByRole('progressbar')
  await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: 15_000 }).toBeGreaterThan(2)
  // Decided in the last moment: nothing but the goodbye itself can save it.
  await first.page.getByRole('button', { name: 'Pause later.mov' }).click()
  await rowOfKind(first.page, 'later.mov', 'paused').waitFor()
  const closedAtMs = performance.now()
  await first.electronApp.close()
  expect(performance.now() - closedAtMs).toBeLessThan(10_000)

  proxy.cut()
  proxy.release()
  const sentBefore = proxy.forwarded()
  const second = await openApp({ home })
  await rowOfKind(second.page, 'later.mov', 'paused').waitFor()
  const done = rowOfKind(second.page, 'film.mov', 'done')
  await done.waitFor()
  expect(proxy.forwarded() - sentBefore, 'what was stored is not sent again').toBeLessThan(SIZE)
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5OfFile(join(here, 'film.mov')))
})

test('[E6] an app that is started twice is one app, which takes the files of the second', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const { proxy, address } = await heldReceiver(SIZE / 4)
  proxy.release()
  makeFile(join(here, 'from the command line.txt'), 1000)
  const { page } = await openApp({ home })
  await chooseReceiver(page, address)
  await expect(
    launchApp({ home, env: { HOME: home }, args: [join(here, 'from the command line.txt')] }),
  ).rejects.toThrow()
  await rowOfKind(page, 'from the command line.txt', 'done').waitFor()
  expect(await page.getByTestId('row').count()).toBe(1)
})

test('[G7] an app whose settings and list are damaged opens, says what became of them, and works', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  mkdirSync(join(home, 'uploads'))
  writeFileSync(join(home, 'settings.json'), '\0'.repeat(100))
  writeFileSync(join(home, 'uploads.json'), '[')
  writeFileSync(join(home, 'uploads/00.json'), '{"uploads":[{"id"')
  makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await openApp({ home })
  await expect.poll(() => page.getByTestId('notice').count()).toBe(2)
  await saveScreenshots(page, 'damaged-state')
  await chooseReceiver(page, receiver.address)
  await dropFiles([join(here, 'a.bin')], DROP)
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  const kept = readdirSync(home, { recursive: true }).filter((name) => `${name}`.includes('.corrupt-'))
  expect(kept).toHaveLength(3)
})

test('what the main process has to say is said in the language that was chosen', async () => {
  const home = tempDir()
  writeFileSync(join(home, 'settings.json'), '{"version":2,"language":"zh-CN"}')
  writeFileSync(join(home, 'uploads.json'), '[')
  const { page, stubOpenDialog } = await openApp({ home })
  const notices = page.getByTestId('notice')
  await notices.getByText('上传列表无法读取').waitFor()
  await stubOpenDialog([join(home, 'no such file')])
  await page.getByRole('switch', { name: '在这台电脑上接收' }).click()
  await page.getByRole('button', { name: '添加文件…' }).click()
  await notices.getByText('没有这个文件或文件夹').waitFor()
})

test('[G12] settings and a list of a newer app are left alone, and the app works from memory', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  const newer = '{"version":99,"writtenBy":"9.0.0"}'
  for (const name of ['settings.json', 'uploads.json']) writeFileSync(join(home, name), newer)
  makeFile(join(here, 'a.bin'), 1000)
  const receiver = await withReceiver(there)
  const { page, dropFiles, electronApp } = await openApp({ home })
  await expect.poll(() => page.getByText('Longshore 9.0.0').count()).toBe(2)
  await saveScreenshots(page, 'newer-state')
  await chooseReceiver(page, receiver.address)
  await dropFiles([join(here, 'a.bin')], DROP)
  await rowOfKind(page, 'a.bin', 'done').waitFor()
  await electronApp.close()
  for (const name of ['settings.json', 'uploads.json']) expect(readFileSync(join(home, name), 'utf8')).toBe(newer)
})

test('[G8] uploads run when their list cannot be saved, and the person is told once', async (context) => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  const list = tempDir()
  becomeSmallDisk(list, 1, context)
  const receiver = await withReceiver(there)
  const { page, dropFiles } = await openApp({ home })
  await chooseReceiver(page, receiver.address)
  execFileSync('mount', ['-o', 'remount,ro', list])
  symlinkSync(list, join(home, 'uploads'))
  const names = Array.from({ length: 20 }, (_, n) => `p${n}.jpg`)
  for (const [seed, name] of names.entries()) makeFile(join(here, name), 10_000, seed + 1)
  await dropFiles(
    names.map((name) => join(here, name)),
    DROP,
  )
  await page.getByText('20 done').waitFor()
  const notices = page.getByTestId('notice')
  expect(await notices.allTextContents()).toEqual([expect.stringContaining('cannot save its list of uploads')])
  await saveScreenshots(page, 'state-cannot-save')
  await notices.getByRole('button', { name: 'Dismiss' }).click()
  await dropFiles([join(here, 'p0.jpg')], DROP)
  await page.getByRole('button', { name: 'Add 1 file' }).click()
  await page.getByText('21 done').waitFor()
  expect(await notices.count()).toBe(0)
})

test('[G11] whatever a person does to a queue that runs, what is left of it arrives and nothing else', async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  const [home, here] = [tempDir(), tempDir()]
  const { there, proxy, address } = await heldReceiver(SIZE)
  const names = Array.from({ length: 12 }, (_, n) => `f${n}.bin`)
  for (const [n, name] of names.entries()) makeFile(join(here, name), 6 * CHUNK_BYTES + n, n + 1)
  const { page, dropFiles, logs } = await openApp({ home })
  await chooseReceiver(page, address)
  await dropFiles(
    names.map((name) => join(here, name)),
    DROP,
  )
  await rowOfKind(page, 'f0.bin', 'sending').waitFor()
  const chance = chancesFrom(seed)
  const buttons = page.locator('.row-buttons button[aria-label]:not([aria-disabled=true])')
  let takenAway = 0
  for (let action = 0; action < 60; action++) {
    if (action === 20) proxy.cut()
    if (action === 40) proxy.release()
    const button = buttons.nth(Math.floor(chance() * (await buttons.count())))
    // It may be gone by now.
    const label = await button.getAttribute('aria-label', { timeout: 1000 }).catch(() => null)
    if (label === null) continue
    // Showing a file in its folder opens a program that is not there; most of the queue must be left to look at.
    const takesAway = /^(Cancel|Clear)/.test(label)
    if (label.startsWith('Show') || (takesAway && takenAway === names.length / 2)) continue
    if (takesAway) takenAway++
    await button.click({ timeout: 1000 }).catch(() => undefined)
  }
  proxy.release()
  // A menu that the last of them opened would be in the way of every other click.
  await page.keyboard.press('Escape')
  const resumeAll = page.getByRole('button', { name: 'Resume all' })
  const rows = page.getByTestId('row')
  const unfinished = page.locator('[data-testid=row]:not([data-kind=done])')
  const leftAfterResuming = async () => {
    // Somebody's last pause may be on its way still.
    if (await resumeAll.isEnabled()) await resumeAll.click({ timeout: 1000 }).catch(() => undefined)
    return unfinished.count()
  }
  await expect.poll(leftAfterResuming, { timeout: 60_000, message: `with seed ${seed}` }).toBe(0)
  const left = await rows.evaluateAll((elements) => elements.map((element) => element.getAttribute('data-name') ?? ''))
  expect(left.length).toBeGreaterThan(0)
  for (const name of left) expect(md5OfFile(join(there, name)), name).toBe(md5OfFile(join(here, name)))
  const stored = readdirSync(there).filter((name) => !name.startsWith('.'))
  expect(names).toEqual(expect.arrayContaining(stored))
  expect(logs()).not.toMatch(/Uncaught|Unhandled/)
})

/** Numbers in [0, 1), the same for the same seed. */
function chancesFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
