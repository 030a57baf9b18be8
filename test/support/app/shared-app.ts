import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, vi } from 'vitest'
import type { AppSnapshot, LongshoreApi } from '../../../main/contract/contract.ts'
import type { LaunchedApp } from './launch-app.ts'
import { launchAtHome } from './open-app.ts'

/** What a case began comes to its end in a moment; a receiver that hangs is given up on sooner than this, ms. */
const LIKE_NEW_WITHIN_MS = 30_000
const LOADED_WITHIN_MS = 10_000

/**
 * One app for those cases of a file that need nothing special of its start and do not end it, because a start takes
 * longer than most of them. Answers how a case gets it: with an empty queue and history, no receivers, the settings of
 * a first start, and a page that was just loaded. What a case leaves behind is taken back when it ends; a case that
 * leaves more than that fails, and the next one gets an app of its own. Dialogs stay as they were stubbed.
 */
export function sharedApp(): () => Promise<LaunchedApp> {
  let shared: { readonly app: LaunchedApp; readonly atStart: AppSnapshot } | undefined

  async function end(): Promise<void> {
    const ending = shared
    shared = undefined
    if (ending === undefined) return
    await ending.app.close()
    rmSync(ending.app.home, { recursive: true, force: true, maxRetries: 5 })
  }
  afterAll(end)

  return async () => {
    shared ??= await start()
    const { app, atStart } = shared
    const saidBefore = app.logs().length
    onTestFinished(async () => {
      try {
        await makeLikeNew(app, atStart)
      } catch (error) {
        await end()
        throw error
      }
    })
    return { ...app, logs: () => app.logs().slice(saidBefore) }
  }
}

async function start() {
  const home = mkdtempSync(join(tmpdir(), 'longshore-shared-'))
  const app = await launchAtHome({ home })
  const atStart = await app.page.evaluate(() =>
    (globalThis as unknown as { longshore: LongshoreApi }).longshore.snapshot(),
  )
  return { app, atStart }
}

async function makeLikeNew({ page, main }: LaunchedApp, atStart: AppSnapshot): Promise<void> {
  const likeNew = { ...atStart, receipts: 0 }
  const look = async () => expect(await page.evaluate(takeBack, atStart)).toEqual(likeNew)
  await vi.waitFor(look, { timeout: LIKE_NEW_WITHIN_MS, interval: 50 })
  await page.emulateMedia({ colorScheme: null, reducedMotion: null })
  const loaded = page.waitForEvent('load', { timeout: LOADED_WITHIN_MS })
  // Only the app itself may lead the page anywhere, also to where it is.
  await main(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    await window?.loadURL(window.webContents.getURL())
  }, null)
  await loaded
}

/** In the page: takes back what is not as it was at the start, and answers what there was of it. */
async function takeBack(atStart: AppSnapshot): Promise<AppSnapshot & { readonly receipts: number }> {
  const { longshore } = globalThis as unknown as { longshore: LongshoreApi }
  const [now, { found }] = [await longshore.snapshot(), await longshore.listHistory('')]
  if (now.looking !== undefined) await longshore.stopLooking()
  if (now.question !== undefined) await longshore.answer(now.question.id, { go: false })
  if (now.ending !== undefined) await longshore.callOff()
  const ids = now.uploads.map(({ id }) => id)
  await longshore.cancel(ids)
  await longshore.clear(ids)
  for (const { id } of now.notices) await longshore.dismiss(id)
  for (const { id } of now.receivers) await longshore.forgetReceiver(id)
  if (now.receiver !== undefined) await longshore.forgetReceiver(now.receiver)
  if (JSON.stringify(now.preferences) !== JSON.stringify(atStart.preferences)) {
    const { bytesPerSecond, timetable, onConflict, discovery, startAtLogin: _, ...preferences } = atStart.preferences
    await longshore.limitRate(bytesPerSecond)
    await longshore.setTimetable(timetable)
    await longshore.setConflictPolicy(onConflict)
    await longshore.setDiscovery(discovery)
    await longshore.setPreferences(preferences)
  }
  if (found > 0) await longshore.clearHistory()
  return { ...now, receipts: found }
}
