import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

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

/** As {@link saveScreenshots}, in Chinese and then in English, as if the person changed the language of the system. */
export async function saveInBothLanguages(page: Page, state: string): Promise<void> {
  for (const language of ['zh-CN', 'en'] as const) {
    await page.evaluate(`
      Object.defineProperty(navigator, 'language', { get: () => '${language}', configurable: true })
      dispatchEvent(new Event('languagechange'))
    `)
    await page.locator(`html[lang=${language}]`).waitFor()
    await saveScreenshots(page, language === 'en' ? state : `${state}-${language}`)
  }
}
