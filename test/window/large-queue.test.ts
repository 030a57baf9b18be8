// @module-tag alone

import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { eventChannel } from '../../main/contract/channels.ts'
import type { UploadStatus } from '../../main/contract/contract.ts'
import { MOST_IN_ONE_PIECE, PIECE_EVERY_MS } from '../../main/uploads/paced-uploads.ts'
import type { LaunchedApp } from '../support/app/launch-app.ts'
import { openApp } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { tempDir } from '../support/temp-dir.ts'

const ROWS = 100_000
/** A screenful, what is kept ready above and below, and the focused row. */
const MOST_ROWS_RENDERED = 40
/** What is aimed at is 50 ms; this is for a machine that is not shared with anybody. */
const LONGEST_FRAME_MS = 1000
const SPIN_MS = 500
/** A page that runs sees its clock go on much sooner than this. */
const AWAY_MS = 3

beforeAll(() => buildOutputs(ALL_OUTPUTS))

/**
 * Says to the window, as the main process does, that uploads from one index up to another are in a status. They are
 * made up in the main process: Node's inspector, over which a test speaks with it, does not bear messages of megabytes
 * for long.
 */
async function say(app: LaunchedApp, from: number, to: number, status: UploadStatus): Promise<void> {
  await app.main(
    async ({ BrowserWindow }, { channel, from, to, status, mostInOnePiece, pieceEveryMs }) => {
      const upload = (index: number) => {
        const name = `frame ${String(index).padStart(6, '0')}.exr`
        const id = `00000000-0000-4000-8000-${String((index * 7919) % 1_000_003).padStart(12, '0')}`
        return { id, name, path: name, sizeBytes: 48e6, receiver: 'box:50051', rank: index, status }
      }
      for (let at = from; at < to; at += mostInOnePiece) {
        const changed = Array.from({ length: Math.min(mostInOnePiece, to - at) }, (_, n) => upload(at + n))
        BrowserWindow.getAllWindows()[0]?.webContents.send(channel, { changed, removed: [] })
        if (at + mostInOnePiece < to) await new Promise((resolve) => setTimeout(resolve, pieceEveryMs))
      }
    },
    {
      channel: eventChannel('uploads'),
      from,
      to,
      status,
      mostInOnePiece: MOST_IN_ONE_PIECE,
      pieceEveryMs: PIECE_EVERY_MS,
    },
  )
}

type Frames = { readonly longestMs: number; readonly count: number }

/** From now on the page remembers its longest frame. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`
    globalThis.frames = { longestMs: 0, count: 0 }
    let before = performance.now()
    const next = (now) => {
      frames.longestMs = Math.max(frames.longestMs, now - before)
      frames.count++
      before = now
      requestAnimationFrame(next)
    }
    requestAnimationFrame((now) => { before = now; requestAnimationFrame(next) })
  `)
}

async function takeFrames(page: Page): Promise<Frames> {
  return page.evaluate(
    '(() => { const seen = { ...frames }; Object.assign(frames, { longestMs: 0, count: 0 }); return seen })()',
  )
}

/** How many times as long as on a machine of its own the page takes now: 1 when nobody else wants its core. */
async function slowness(page: Page): Promise<number> {
  const ranMs: number = await page.evaluate(`(() => {
    const from = performance.now()
    let ranMs = 0
    for (let last = from; last - from < ${SPIN_MS}; ) {
      const now = performance.now()
      if (now - last < ${AWAY_MS}) ranMs += now - last
      last = now
    }
    return ranMs
  })()`)
  return Math.max(1, SPIN_MS / ranMs)
}

test('with 100,000 queued uploads only the rows in sight exist, and no frame is long while three are sent', async () => {
  const app = await openApp({ home: tempDir() })
  const { page } = app
  const slownessBefore = await slowness(page)
  await watchFrames(page)
  await say(app, 0, ROWS, { kind: 'waiting' })
  await page.getByText('All 100,000').waitFor({ timeout: 60_000 })
  const report: Record<string, Frames> = { arriving: await takeFrames(page) }
  const rendered = () => page.locator('[role=row]').count()

  /** Two seconds of progress as the engine tells it, ten times a second. */
  async function progress(): Promise<void> {
    for (let tick = 1; tick <= 20; tick++) {
      const status: UploadStatus = { kind: 'sending', bytesStored: tick * 1e6, bytesPerSecond: 80e6, secondsLeft: 1 }
      await say(app, 0, 3, status)
      await page.waitForTimeout(90)
    }
  }
  await progress()
  report.progress = await takeFrames(page)
  await expect.poll(() => page.locator('[data-testid=row][data-kind=sending]').count()).toBe(3)
  expect(await rendered()).toBeLessThanOrEqual(MOST_ROWS_RENDERED)

  const sending = progress()
  await page.locator('[role=treegrid]').hover()
  for (let turn = 0; turn < 30; turn++) await page.mouse.wheel(0, 900)
  await sending
  report.scrolling = await takeFrames(page)
  expect(await rendered()).toBeLessThanOrEqual(MOST_ROWS_RENDERED)

  await page.locator('[role=row]').nth(2).locator('.row-name').click()
  await page.keyboard.press('End')
  await page.getByText('frame 099999.exr', { exact: true }).waitFor()
  report.end = await takeFrames(page)
  await page.keyboard.press('ControlOrMeta+a')
  await page.getByText('100000 selected').waitFor()
  await progress()
  report.selecting = await takeFrames(page)
  await page.keyboard.press('Escape')

  await page.keyboard.press('/')
  await page.keyboard.type('0777')
  await expect.poll(() => page.locator('[role=treegrid]').getAttribute('aria-rowcount')).toBe('120')
  report.searching = await takeFrames(page)
  await page.keyboard.press('Escape')
  await page.locator('[data-filter=waiting]').click()
  for (let tick = 0; tick < 10; tick++) {
    const done = { kind: 'done', storedAs: 'x', bytesSent: 48e6, finishedAtMs: 1 } as const
    await say(app, 100 * tick, 100 * (tick + 1), done)
    await page.waitForTimeout(90)
  }
  report.filtering = await takeFrames(page)
  expect(await rendered()).toBeLessThanOrEqual(MOST_ROWS_RENDERED)

  const limitMs = LONGEST_FRAME_MS * Math.max(slownessBefore, await slowness(page))
  for (const [phase, { count, longestMs }] of Object.entries(report)) {
    expect([phase, count > 0, longestMs < limitMs ? 'short' : longestMs]).toEqual([phase, true, 'short'])
  }
  const longest = Object.entries(report).map(([phase, { longestMs }]) => `${phase} ${Math.round(longestMs)} ms`)
  process.stdout.write(
    `Longest frames with ${ROWS} rows: ${longest.join(', ')}; allowed were ${Math.round(limitMs)} ms\n`,
  )
})
