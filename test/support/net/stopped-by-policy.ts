import type { Page } from 'playwright-core'

/** What the page's policy had to stop since the page began, also before anybody asked. */
export function stoppedByPolicy(page: Page): Promise<readonly string[]> {
  return page.evaluate(`new Promise((resolve) => {
    const told = []
    const say = (reports) => told.push(...reports.map(({ body }) => body.effectiveDirective + ' ' + body.blockedURL))
    const observer = new ReportingObserver(say, { types: ['csp-violation'], buffered: true })
    observer.observe()
    // Buffered reports are handed over in a task of their own.
    setTimeout(() => { say(observer.takeRecords()); resolve(told) }, 300)
  })`)
}
