import type { CdpResult } from '../browser/cdp.ts'
import type { Chromium } from '../browser/chromium.ts'

/** The conversation with one page, as far as Chromium's protocol is concerned. */
export class PageSession {
  readonly targetId: string
  readonly #chromium: Chromium
  readonly #sessionId: string

  private constructor(chromium: Chromium, targetId: string, sessionId: string) {
    this.#chromium = chromium
    this.targetId = targetId
    this.#sessionId = sessionId
  }

  static async attach(chromium: Chromium, targetId: string): Promise<PageSession> {
    const options = { targetId, flatten: true }
    const { sessionId } = await chromium.cdp.send<{ sessionId: string }>('Target.attachToTarget', options)
    return new PageSession(chromium, targetId, sessionId)
  }

  send<Result = CdpResult>(method: string, params?: object): Promise<Result> {
    return this.#chromium.cdp.send<Result>(method, params, this.#sessionId)
  }

  /** Returns how to stop listening. */
  on<Params>(method: string, listener: (params: Params) => void): () => void {
    return this.#chromium.cdp.on(method, listener, this.#sessionId)
  }

  /** Calls `listener` once when the page or all of Chromium has gone; returns how to stop. */
  onClose(listener: () => void): () => void {
    const { cdp } = this.#chromium
    const stops = [
      cdp.on<{ targetId: string }>('Target.targetDestroyed', ({ targetId }) => targetId === this.targetId && close()),
      cdp.onClose(() => close()),
    ]
    const stop = (): void => {
      for (const each of stops) each()
    }
    const close = (): void => {
      stop()
      listener()
    }
    return stop
  }
}
