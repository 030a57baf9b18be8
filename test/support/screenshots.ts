import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

const DIRECTORY = join(import.meta.dirname, '../../test-results/window')

/** Saves what the window shows, in both themes, for whoever changed it to look at. */
export async function saveScreenshots(page: Page, state: string): Promise<void> {
  mkdirSync(DIRECTORY, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.screenshot({ path: join(DIRECTORY, `${state}-${colorScheme}.png`) })
  }
  await page.emulateMedia({ colorScheme: null })
}
