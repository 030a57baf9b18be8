import { randomUUID } from 'node:crypto'
import { browser } from '../browser/browser.ts'
import { ifStillThere } from '../browser/cdp.ts'
import type { WindowBounds } from '../browser/chromium.ts'
import { makeCodec } from '../browser/codec.ts'
import { nativeTheme } from './native-theme.ts'
import { PageChannel } from './page-channel.ts'
import { type Navigation, PageRequests } from './page-requests.ts'
import { PageSession } from './page-session.ts'
import type { PageMessage } from './preload-runtime.ts'
import { ISOLATED_WORLD, pageScripts } from './scripts.ts'
import { answerSyncCalls } from './sync-calls.ts'
import type { Preload } from './web-preferences.ts'

/** Both ends of the IPC speak through this. */
export const codec = makeCodec()

/** Unguessable for page code, see {@link pageScripts}. */
const TAG = `electron-${randomUUID()}-`

export type PageOptions = {
  readonly bounds: WindowBounds
  readonly title: string
  readonly preload: Preload
  /** What the preload script finds in `process.argv` besides its own. */
  readonly additionalArguments: readonly string[]
  onMessage(message: PageMessage): void
  /** Gets and returns JSON text. */
  onSendSync(message: string): Promise<string>
  /** Whether the page may navigate by itself. */
  allows(navigation: Navigation): boolean
}

/** A window's page in Chromium, wired up before its first document is loaded. */
export type Page = {
  readonly session: PageSession
  readonly channel: PageChannel
  readonly requests: PageRequests
}

/** Opens an empty window. Rejects when Chromium goes away meanwhile. */
export async function openPage(options: PageOptions): Promise<Page> {
  const session = await PageSession.attach(browser(), await browser().openWindow(options.bounds, options.title))
  await Promise.all([session.send('Page.enable'), session.send('Inspector.enable')])
  const channel = await PageChannel.open(session, options.onMessage)
  await answerSyncCalls(session, options.onSendSync)
  const requests = await PageRequests.intercept(session, options.allows)
  await installScripts(session, options)
  await followTheme(session)
  return { session, channel, requests }
}

async function installScripts(session: PageSession, { preload, additionalArguments }: PageOptions): Promise<void> {
  const { platform, arch, versions } = process
  const config = { platform, arch, versions: { ...versions }, argv: [...additionalArguments] }
  const { main, isolated } = pageScripts({ tag: TAG, preload, config })
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source: main })
  await session.send('Page.addScriptToEvaluateOnNewDocument', { source: isolated, worldName: ISOLATED_WORLD })
}

async function followTheme(session: PageSession): Promise<void> {
  const apply = (): Promise<unknown> => {
    const { themeSource: value } = nativeTheme
    const features = value === 'system' ? [] : [{ name: 'prefers-color-scheme', value }]
    return session.send('Emulation.setEmulatedMedia', { features })
  }
  const onUpdated = (): void => ifStillThere(apply())
  nativeTheme.on('updated', onUpdated)
  session.onClose(() => nativeTheme.off('updated', onUpdated))
  await apply()
}
