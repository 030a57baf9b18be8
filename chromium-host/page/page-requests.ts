import { ifStillThere } from '../browser/cdp.ts'
import type { PageSession } from './page-session.ts'
import { handlerOf, schemeUrls } from './protocol.ts'

type Paused = {
  readonly requestId: string
  readonly resourceType: string
  readonly frameId: string
  readonly request: {
    readonly url: string
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly postData?: string
  }
}

/** A document that wants to replace the one in a frame, not asked for by the app itself. */
export type Navigation = { readonly url: string; readonly isMainFrame: boolean }

/** Every document a page asks for, and everything it asks of the app's own schemes. */
export class PageRequests {
  readonly #page: PageSession
  readonly #allows: (navigation: Navigation) => boolean
  readonly #expected = new Set<string>()

  private constructor(page: PageSession, allows: (navigation: Navigation) => boolean) {
    this.#page = page
    this.#allows = allows
  }

  /** @param allows asked before the page navigates by itself (a link, a script, a dropped file). */
  static async intercept(page: PageSession, allows: (navigation: Navigation) => boolean): Promise<PageRequests> {
    const requests = new PageRequests(page, allows)
    page.on<Paused>('Fetch.requestPaused', (paused) => ifStillThere(requests.#answer(paused)))
    const patterns = [{ urlPattern: '*', resourceType: 'Document' }, { urlPattern: 'https://*.localhost/*' }]
    await page.send('Fetch.enable', { patterns })
    return requests
  }

  /** The app is about to load this URL, in the form that Chromium knows; its navigation needs no permission. */
  expect(url: string): void {
    this.#expected.add(url)
  }

  async #answer({ requestId, request, resourceType, frameId }: Paused): Promise<void> {
    const url = schemeUrls.fromChromium(request.url)
    if (resourceType === 'Document' && !this.#expected.delete(request.url)) {
      if (!this.#allows({ url, isMainFrame: frameId === this.#page.targetId })) {
        await this.#page.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
        return
      }
    }
    const handler = handlerOf(url)
    if (!handler) {
      await this.#page.send('Fetch.continueRequest', { requestId })
      return
    }
    const { method, headers, postData } = request
    const asked = new Request(url, { method, headers, ...(postData !== undefined && { body: postData }) })
    await this.#fulfill(requestId, await respond(handler, asked))
  }

  async #fulfill(requestId: string, response: Response): Promise<void> {
    const responseHeaders = [...response.headers].map(([name, value]) => ({ name, value }))
    const body = Buffer.from(await response.arrayBuffer()).toString('base64')
    await this.#page.send('Fetch.fulfillRequest', { requestId, responseCode: response.status, responseHeaders, body })
  }
}

async function respond(handler: NonNullable<ReturnType<typeof handlerOf>>, asked: Request): Promise<Response> {
  try {
    return await handler(asked)
  } catch (error) {
    // Whatever the app's handler threw; the page sees a failed request, the log why.
    console.error(`The handler for ${asked.url} failed:`, error)
    return new Response(null, { status: 500 })
  }
}
