import { join } from 'node:path'
import { afterEach } from 'vitest'
import { type LaunchedApp, launchApp } from '../../test/support/app/launch-app.ts'

/** The folder of the app that main.mjs, preload.cjs and index.html are. */
export const FIXTURE = import.meta.dirname
/** The executable stub under test. */
export const STUB = join(FIXTURE, '../electron')

/** What the fixture's main process keeps on its global object. */
export type Seen = {
  readonly secondArgv: readonly string[][]
  readonly navigations: readonly string[]
  readonly opened: readonly string[]
  readonly blockClose: boolean
  readonly blockQuit: boolean
}

let running: LaunchedApp | undefined

/** Starts the fixture; it is ended after the test. */
export async function launchFixture(): Promise<LaunchedApp> {
  running = await launchApp({ app: FIXTURE })
  return running
}

/** Reads what the fixture has seen in its main process. */
export function seen(app: LaunchedApp): Promise<Seen> {
  return app.main(() => (globalThis as unknown as { fixture: Seen }).fixture, undefined)
}

/** Makes the fixture refuse to close its window, or to quit. */
export async function setFixture(app: LaunchedApp, change: Partial<Seen>): Promise<void> {
  await app.main((_electron, wanted) => {
    Object.assign((globalThis as unknown as { fixture: Seen }).fixture, wanted)
  }, change)
}

afterEach(async () => {
  await running?.close()
  running = undefined
})
