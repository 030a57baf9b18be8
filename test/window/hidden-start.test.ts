import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { desktopCalls } from '../support/app/desktop-calls.ts'
import { launchApp } from '../support/app/launch-app.ts'
import { openApp } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(() => buildOutputs(ALL_OUTPUTS))

test('an app that starts at login stays in the tray, and its window comes when the person starts it', async () => {
  const home = tempDir()
  writeFileSync(join(home, 'settings.json'), JSON.stringify({ tray: true }))
  const hidden = openApp({ home, args: ['--hidden', '--receive-here'] })
  // The receiver is there some time after the window would be.
  const ledger = join(home, 'Downloads/Longshore/.longshore/ledger')
  await expect.poll(() => existsSync(ledger), { timeout: 20_000 }).toBe(true)
  const startedAgainAtMs = Date.now()
  await expect(launchApp({ home, env: { HOME: home } })).rejects.toThrow()
  const app = await hidden
  expect(await app.page.evaluate('performance.timeOrigin')).toBeGreaterThan(startedAgainAtMs)
  expect(await desktopCalls(app, 'Tray.setToolTip')).toHaveLength(1)
})

test('without a tray, where nobody could reach it, the window opens all the same', async () => {
  const { page } = await openApp({ home: tempDir(), args: ['--hidden'] })
  await page.getByTestId('settings-button').waitFor()
})
