import type { EventEmitter } from 'node:events'
import type { PageSession } from './page-session.ts'
import { schemeUrls } from './protocol.ts'

type Frame = { readonly frame: { readonly url: string; readonly urlFragment?: string; readonly parentId?: string } }
type ConsoleCall = {
  readonly type: string
  readonly args: readonly { readonly value?: unknown; readonly description?: string }[]
}
type Exception = {
  readonly exceptionDetails: { readonly text: string; readonly exception?: { readonly description?: string } }
}

/** Console methods to the levels Electron has. */
const LEVELS: Readonly<Record<string, string>> = { error: 'error', assert: 'error', warning: 'warning', debug: 'debug' }

/** Emits on `webContents` what Chromium says about its page, under Electron's names. */
export function reportPageEvents(
  page: PageSession,
  webContents: EventEmitter,
  onNavigated: (url: string) => void,
): void {
  const report = (level: string, message: string): void => {
    webContents.emit('console-message', { level, message, lineNumber: 0, sourceId: '' })
  }
  page.on<Frame>('Page.frameNavigated', ({ frame }) => {
    if (frame.parentId) return
    const url = schemeUrls.fromChromium(frame.url + (frame.urlFragment ?? ''))
    onNavigated(url)
    webContents.emit('did-navigate', {}, url, 200, 'OK')
  })
  page.on('Page.domContentEventFired', () => webContents.emit('dom-ready', {}))
  page.on('Page.loadEventFired', () => webContents.emit('did-finish-load', {}))
  page.on<ConsoleCall>('Runtime.consoleAPICalled', ({ type, args }) => {
    report(LEVELS[type] ?? 'info', args.map(({ value, description }) => String(value ?? description)).join(' '))
  })
  page.on<Exception>('Runtime.exceptionThrown', ({ exceptionDetails: { exception, text } }) => {
    report('error', `Uncaught ${exception?.description ?? text}`)
  })
  page.on('Inspector.targetCrashed', () => {
    webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 })
  })
}
