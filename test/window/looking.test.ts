import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { eventChannel } from '../../main/contract/channels.ts'
import { chooseReceiver, openApp } from '../support/app/open-app.ts'
import { saveScreenshots } from '../support/app/screenshots.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

/** As many as are looked at for seconds, not only for a moment. */
const FILES = 40_000

beforeAll(() => buildOutputs(ALL_OUTPUTS))

test('a large folder that is being looked at says so, and can be left alone after all', async () => {
  const [home, here] = [tempDir(), tempDir()]
  for (let n = 0; n < FILES; n++) {
    if (n % 1000 === 0) mkdirSync(join(here, 'set', `${n}`), { recursive: true })
    writeFileSync(join(here, 'set', `${n - (n % 1000)}`, `${n}.jpg`), '')
  }
  const receiver = await withReceiver(tempDir())
  const { page, dropFiles, main } = await openApp({ home })
  await chooseReceiver(page, receiver.address)
  await dropFiles([join(here, 'set')], '[data-testid=drop]')
  const looking = page.getByTestId('looking')
  await looking.getByText(/\d files so far/).waitFor()
  await looking.getByRole('button', { name: 'Stop' }).click()
  await looking.waitFor({ state: 'detached' })
  expect(await page.getByTestId('row').count()).toBe(0)

  // It never lasts as long as pictures take.
  await main(
    ({ BrowserWindow }, channel) =>
      BrowserWindow.getAllWindows()[0]?.webContents.send(channel, { looking: { files: 34_125 } }),
    eventChannel('looking'),
  )
  await looking.getByText('34,125 files so far').waitFor()
  await saveScreenshots(page, 'looking')
})
