/**
 * Takes the README's pictures: drops some things on the window of the built app, beside a real receiver, and saves what
 * it shows while they are sent; then one file from drop to verified, step by step. `npx tsx scripts/readme-picture.ts`
 * after `npm run build`.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { findChromium } from '../chromium-host/browser/find-chromium.ts'
import { withPictureScene } from './picture-scene.ts'

const images = join(import.meta.dirname, '../docs/images')
const DROP = '[data-testid=drop]'
/** Slow enough to be caught in the act, bytes per second. */
const SLOW = 40_000_000

async function takeWindow(): Promise<void> {
  await withPictureScene({}, async ({ page, dropFiles, sparse, work }) => {
    for (let i = 1; i <= 40; i++) sparse(`Photos/IMG_${i}.jpg`, 1 + (i % 5))
    await dropFiles([sparse('Interview.wav', 40), join(work, 'Photos')], DROP)
    await page.locator('[data-testid=folder-row][data-kind=done]').waitFor({ timeout: 60_000 })
    await dropFiles(
      [sparse('Holiday 2026.mov', 9000), sparse('dataset.tar', 3000), sparse('server backup.img', 5000)],
      DROP,
    )
    await page.locator('[data-name="dataset.tar"][data-kind=sending]').waitFor()
    await page.getByRole('button', { name: 'Pause dataset.tar' }).click()
    await page.getByText(/left/).first().waitFor()
    await page.waitForTimeout(6000)
    await page.mouse.move(0, 0)
    await page.screenshot({ path: join(images, 'window.png') })
  })
}

type Step = { readonly words: string; readonly png: Buffer }

async function takeSteps(): Promise<Step[]> {
  const steps: Step[] = []
  await withPictureScene({ bytesPerSecond: SLOW }, async ({ page, dropFiles, sparse }) => {
    await page.setViewportSize({ width: 760, height: 560 })
    const take = async (words: string): Promise<void> => {
      await page.mouse.move(0, 0)
      steps.push({ words, png: await page.screenshot() })
    }
    await dropFiles([sparse('Holiday 2026.mov', 600)], DROP)
    await page.getByText(/left/).first().waitFor()
    await page.waitForTimeout(3000)
    await take('1. Dropped: it is on its way')
    await page.getByRole('button', { name: 'Pause Holiday 2026.mov' }).click()
    await page.locator('[data-testid=row][data-kind=paused]').waitFor()
    await take('2. Paused: what arrived stays')
    await page.getByRole('button', { name: 'Resume Holiday 2026.mov' }).click()
    await page.waitForTimeout(5000)
    await take('3. Resumed: it goes on where it stood')
    await page.locator('[data-testid=row][data-kind=done]').waitFor({ timeout: 60_000 })
    await take('4. Verified: every byte is there')
  })
  return steps
}

/** Puts the steps on one page, two beside two. */
async function joinSteps(steps: readonly Step[]): Promise<void> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('No Chromium was found: install chromium or set CHROMIUM_PATH.')
  const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 })
  try {
    const page = await browser.newPage({ viewport: { width: 1600, height: 100 } })
    const figures = steps.map(
      ({ words, png }) =>
        `<figure><figcaption>${words}</figcaption><img src="data:image/png;base64,${png.toString('base64')}"></figure>`,
    )
    const style = `body { margin: 0; display: grid; grid-template-columns: 1fr 1fr; gap: 24px; padding: 24px; font: 20px system-ui, sans-serif; background: #fff }
      figure { margin: 0 } figcaption { padding: 0 0 8px } img { width: 100%; border: 1px solid #ccc; border-radius: 8px }`
    await page.setContent(`<style>${style}</style>${figures.join('')}`)
    await page.screenshot({ path: join(images, 'steps.png'), fullPage: true })
  } finally {
    await browser.close()
  }
}

mkdirSync(images, { recursive: true })
await takeWindow()
await joinSteps(await takeSteps())
