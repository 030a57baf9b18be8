import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { pair } from '../../main/engine/net/pair.ts'
import { readPairingCode } from '../../proto/pairing.ts'
import { addTo } from '../support/add-to.ts'
import { openApp } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'

const SIZE = 24 * 1024 * 1024

beforeAll(() => buildOutputs(ALL_OUTPUTS))

test('what another device sends here is shown while it arrives, with whose it is and how far it has come', async () => {
  const [home, here] = [tempDir(), tempDir()]
  const film = join(here, 'Films/holiday.mov')
  mkdirSync(join(here, 'Films'))
  const md5 = makeFile(film, SIZE)
  const { page } = await openApp({ home, args: ['--receive-here'] })
  await page.getByTestId('pair-device').click()
  const code = readPairingCode((await page.getByTestId('invitation-code').textContent()) ?? '') ?? ''
  const address = (await page.getByTestId('devices').locator('dd').first().textContent()) ?? ''
  const port = Number(address.split(':').at(-1))
  const link = { address: `127.0.0.1:${port}`, code }
  const { certificatePem, token } = await pair(
    link,
    { name: 'Phone', tokenFrom: () => undefined },
    AbortSignal.timeout(20_000),
  )
  await page.getByRole('button', { name: 'Close' }).click()

  const proxy = await startProxy(() => port)
  proxy.holdAfter(SIZE / 2)
  const phone = await withEngine({
    routeTo: () => ({ address: `127.0.0.1:${proxy.port}`, security: { kind: 'pinned', certificatePem, token } }),
  })
  await addTo(phone, [join(here, 'Films')], { receiver: 'desk' })

  await page.getByRole('button', { name: '1 file arriving' }).click()
  const arriving = page.locator('[data-testid=incoming-file][data-path="Films/holiday.mov"]')
  await arriving.waitFor()
  expect(await arriving.textContent()).toContain('from Phone')
  const percent = async () => Number(await arriving.getByRole('progressbar').getAttribute('aria-valuenow'))
  await expect.poll(percent, { timeout: 20_000 }).toBeGreaterThan(20)
  expect(await percent()).toBeLessThan(60)
  await saveScreenshots(page, 'incoming')

  proxy.release()
  await untilKind(phone, 'done')
  await page.getByText('Nothing is arriving now.').waitFor()
  await page.getByTestId('incoming').getByRole('button', { name: 'Close' }).click()
  await page.getByText('1 file received').waitFor()
  expect(await page.getByTestId('incoming-button').count()).toBe(0)
  expect(md5OfFile(join(home, 'Downloads/Longshore/Films/holiday.mov'))).toBe(md5)
})
