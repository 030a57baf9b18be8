import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openApp, rowOfKind } from '../support/app/open-app.ts'
import { saveInUsualSize, saveScreenshots } from '../support/app/screenshots.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile } from '../support/made-file.ts'
import { announceOnLoopback, hasLoopbackMulticast } from '../support/net/multicast.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

const env = { LONGSHORE_DISCOVERY: 'lo,lo0' }

describe.skipIf(!(await hasLoopbackMulticast()))('on the loopback (needs multicast there)', () => {
  test('receivers on the network are suggested, and a press chooses one that a file then goes to', async () => {
    const [home, here, there] = [tempDir(), tempDir(), tempDir()]
    const receiver = await withReceiver(there)
    announceOnLoopback({ name: 'living-room', port: receiver.port })
    const studio = announceOnLoopback({ name: '工作室 NAS', port: 50052 })
    announceOnLoopback({ name: `a${'very-'.repeat(11)}long-name`, port: 50053 })
    const { page, dropFiles } = await openApp({ home, env })

    const list = page.getByRole('list', { name: 'Found on your network' })
    await list.getByRole('button').nth(2).waitFor()
    await saveScreenshots(page, 'found-empty')
    await list.getByRole('button', { name: 'living-room' }).press('Enter')
    // Found is not trusted: the address only fills in the dialog, which looks at who answers there.
    const address = page.getByTestId('receiver-address')
    expect(await address.inputValue()).toBe(`127.0.0.1:${receiver.port}`)
    await address.press('Enter')
    await page.getByRole('button', { name: 'Use without encryption' }).click()
    const field = page.getByTestId('receiver-field')
    await expect.poll(() => field.inputValue()).toBe(`127.0.0.1:${receiver.port}`)
    await list.getByRole('button', { name: 'living-room', pressed: true }).waitFor()

    makeFile(join(here, 'a.bin'), 1000)
    await dropFiles([join(here, 'a.bin')], '[data-testid=drop]')
    await rowOfKind(page, 'a.bin', 'done').waitFor()
    expect(existsSync(join(there, 'a.bin'))).toBe(true)

    const menu = page.getByTestId('found-menu')
    await menu.press('Enter')
    await list.waitFor()
    await saveInUsualSize(page, 'found-menu')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await expect.poll(() => list.isVisible()).toBe(false)
    await menu.press('Enter')
    await list.getByRole('button', { name: '工作室 NAS' }).press('Enter')
    await expect.poll(() => address.inputValue()).toBe('127.0.0.1:50052')
    await address.press('Escape')
    await address.waitFor({ state: 'detached' })

    await studio.stop()
    await page.getByRole('button', { name: '2 found' }).waitFor()
  })

  test('nobody is looked for when the setting says so', async () => {
    const home = tempDir()
    announceOnLoopback({ name: 'living-room' })
    const app = await openApp({ home: tempDir(), env })
    await app.page.getByTestId('found').first().waitFor()
    writeFileSync(join(home, 'settings.json'), JSON.stringify({ discovery: false }))
    const { page } = await openApp({ home, env })
    await page.getByRole('button', { name: 'Add files…' }).waitFor()
    announceOnLoopback({ name: 'another' })
    await app.page.getByRole('button', { name: 'another' }).waitFor()
    expect(await page.getByTestId('found').count()).toBe(0)
  })
})
