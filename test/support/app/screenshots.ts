import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityViolations } from './axe.ts'

const DIRECTORY = join(import.meta.dirname, '../../../test-results/window')

/** A small and a large window, px; the usual one is as the app opens it. */
const SIZES = { small: [720, 480], large: [1600, 1000] } as const

/**
 * Nothing is compared with them, and they take longer than all else of the window's tests: they are made when somebody
 * wants to look.
 */
const areWanted = process.env.LONGSHORE_PICTURES === '1'

/**
 * With LONGSHORE_PICTURES=1, saves what the window shows, for whoever changed it to look at: in both themes, in both
 * languages as if the person changed the language of the system, and in three sizes. The names of files say how they
 * differ from the usual: English, as large as the app opens it. Always, whatever would be pictured must have nothing
 * that shuts out people who use assistive technology.
 */
export async function saveScreenshots(page: Page, state: string): Promise<void> {
  if (areWanted) await inAllSizes(page, state)
  expect([state, await accessibilityViolations(page)]).toEqual([state, []])
}

/**
 * As {@link saveScreenshots}, in the usual size only: for what another size would end, as it does a menu at the
 * pointer.
 */
export async function saveInUsualSize(page: Page, state: string): Promise<void> {
  if (areWanted) await inBothLanguages(page, state)
  expect([state, await accessibilityViolations(page)]).toEqual([state, []])
}

async function inAllSizes(page: Page, state: string): Promise<void> {
  await inBothLanguages(page, state)
  const cdp = await page.context().newCDPSession(page)
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await cdp.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    await inBothLanguages(page, `${state}-${size}`)
  }
  await cdp.send('Emulation.clearDeviceMetricsOverride')
  await cdp.detach()
}

/** In Chinese and then in English, in both themes each. */
async function inBothLanguages(page: Page, name: string): Promise<void> {
  for (const language of ['zh-CN', 'en'] as const) {
    await page.evaluate(`
      Object.defineProperty(navigator, 'language', { get: () => '${language}', configurable: true })
      dispatchEvent(new Event('languagechange'))
    `)
    await page.locator(`html[lang=${language}]`).waitFor()
    await inBothThemes(page, language === 'en' ? name : `${name}-${language}`)
  }
}

async function inBothThemes(page: Page, name: string): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(DIRECTORY, `${name}-${colorScheme}.png`), animations: 'disabled' })
  }
  await page.emulateMedia({ colorScheme: null })
}
