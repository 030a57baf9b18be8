import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { accessibilityViolations } from './axe.ts'

const DIRECTORY = join(import.meta.dirname, '../../test-results/window')

/** Saves what the window shows, in both themes, for whoever changed it to look at. */
export async function saveScreenshots(page: Page, state: string): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(DIRECTORY, `${state}-${colorScheme}.png`), animations: 'disabled' })
  }
  await page.emulateMedia({ colorScheme: null })
}

/** A small, a usual and a large window, px. */
const SIZES = { small: [720, 480], usual: [1024, 700], large: [1600, 1000] } as const

/** As {@link saveInBothLanguages}, in three sizes of the window, whose names follow the state's. */
export async function saveInAllSizes(page: Page, state: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await cdp.send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false })
    await saveInBothLanguages(page, `${state}-${size}`)
  }
  await cdp.send('Emulation.clearDeviceMetricsOverride')
  await cdp.detach()
}

/**
 * As {@link saveScreenshots}, in Chinese and then in English, as if the person changed the language of the system. Whatever is pictured must have nothing, too,
 * that shuts out people who use assistive technology.
 */
export async function saveInBothLanguages(page: Page, state: string): Promise<void> {
  for (const language of ['zh-CN', 'en'] as const) {
    await page.evaluate(`
      Object.defineProperty(navigator, 'language', { get: () => '${language}', configurable: true })
      dispatchEvent(new Event('languagechange'))
    `)
    await page.locator(`html[lang=${language}]`).waitFor()
    await saveScreenshots(page, language === 'en' ? state : `${state}-${language}`)
  }
  expect([state, await accessibilityViolations(page)]).toEqual([state, []])
}
