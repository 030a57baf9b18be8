/**
 * Draws icons/icon.png, which ships, from icons/icon.svg, which is edited: `npx tsx scripts/draw-icon.ts`. Needs
 * Chromium.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../chromium-host/browser/find-chromium.ts'

/** As large as any system asks for, pixels; electron-builder makes the smaller ones from it. */
const SIZE = 1024

const icons = join(import.meta.dirname, '../icons')
const executablePath = findChromium()
if (executablePath === undefined) throw new Error('No Chromium was found: install chromium or set CHROMIUM_PATH.')
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 })
try {
  const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } })
  const svg = readFileSync(join(icons, 'icon.svg'), 'utf8')
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`)
  await page.screenshot({ path: join(icons, 'icon.png'), omitBackground: true })
} finally {
  await browser.close()
}
