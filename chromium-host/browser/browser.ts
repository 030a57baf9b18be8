import { Chromium } from './chromium.ts'

let running: Chromium | undefined

/**
 * The Chromium behind all windows. Throws before {@link startBrowser} is done: windows can only be made when the app is
 * ready.
 */
export function browser(): Chromium {
  if (!running) throw new Error('Chromium is not running yet: wait for app.whenReady()')
  return running
}

/** Starts the one Chromium of this process. */
export async function startBrowser(profile: string, switches: ReadonlyMap<string, string>): Promise<Chromium> {
  running = await Chromium.start(profile, switches)
  return running
}

/** Ends it, if it was started. */
export async function closeBrowser(): Promise<void> {
  await running?.close()
}
