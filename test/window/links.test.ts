import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { readPairingLink } from '../../proto/pairing.ts'
import { launchApp } from '../support/app/launch-app.ts'
import { openApp } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

test('a link from outside fills in the dialog and does nothing else, and nothing that comes with it is taken', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  const receiver = await longshoreReceive(there, { access: 'pairing', flags: ['--name', 'Attic box'] })
  const link = String(receiver.listening.pairLink)
  const file = join(here, 'film.mov')
  makeFile(file, 1000)
  const { page } = await openApp({ home, args: [file, link, file, '--receive-here', '--', file] })
  await page.getByTestId('add-receiver').waitFor()
  const address = page.getByTestId('receiver-address')
  expect(await address.inputValue()).toBe(link)
  expect(await page.getByTestId('receiver-field').textContent()).not.toContain('Attic box')
  const second = 'longshore://nas:50051/'
  await expect(launchApp({ home, env: { HOME: home }, args: [second, file, link] })).rejects.toThrow()
  await expect.poll(() => address.inputValue()).toBe(second)
  expect(await page.getByTestId('row').count()).toBe(0)
  await address.fill(link)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByTestId('pair-receiver').waitFor()
  expect(await page.getByTestId('pairing-code').inputValue()).toBe(readPairingLink(link)?.code)
  expect(await page.getByTestId('row').count()).toBe(0)
})
