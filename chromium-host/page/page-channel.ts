import { ifStillThere } from '../browser/cdp.ts'
import type { PageSession } from './page-session.ts'
import { type HostMessage, PAGE_NAMES, type PageMessage } from './preload-runtime.ts'
import { ISOLATED_WORLD } from './scripts.ts'

/** Enough to make single messages cheap, little enough to keep the page responsive between two batches. */
const BATCH_MESSAGES = 500

type Context = { readonly context: { readonly name: string; readonly uniqueId: string } }

/** Messages between the host and the preload script of one page, in order both ways. */
export class PageChannel {
  readonly #page: PageSession
  #contextId: string | undefined
  #outgoing: HostMessage[] = []
  #isSending = false

  private constructor(page: PageSession) {
    this.#page = page
  }

  /** Listens to `page` from now on; every document of it talks to the same `onMessage`. */
  static async open(page: PageSession, onMessage: (message: PageMessage) => void): Promise<PageChannel> {
    const channel = new PageChannel(page)
    page.on<Context>('Runtime.executionContextCreated', ({ context }) => {
      if (context.name === ISOLATED_WORLD) channel.#contextId = context.uniqueId
    })
    page.on('Runtime.executionContextsCleared', () => {
      channel.#contextId = undefined
      channel.#outgoing = []
    })
    page.on<{ name: string; payload: string }>('Runtime.bindingCalled', ({ name, payload }) => {
      if (name === PAGE_NAMES.toHost) onMessage(JSON.parse(payload))
    })
    await page.send('Runtime.enable')
    await page.send('Runtime.addBinding', { name: PAGE_NAMES.toHost, executionContextName: ISOLATED_WORLD })
    return channel
  }

  /** Queues a message. Before a document is there, and after it has gone, messages are lost, as in Electron. */
  send(message: HostMessage): void {
    if (!this.#contextId) return
    this.#outgoing.push(message)
    if (!this.#isSending) ifStillThere(this.#sendAll())
  }

  /** Runs code in the isolated world as if the person had just clicked, and returns its result (JSON values only). */
  async run<Result>(expression: string): Promise<Result> {
    const options = {
      uniqueContextId: this.#contextId,
      expression,
      awaitPromise: true,
      returnByValue: true,
      userGesture: true,
    }
    const answer = await this.#page.send<{ result: { value: Result } }>('Runtime.evaluate', options)
    return answer.result.value
  }

  /**
   * Absolute path of the File that `expression` yields in the isolated world; '' when it was not made from a file on
   * disk.
   */
  async pathOfFile(expression: string): Promise<string> {
    const options = { uniqueContextId: this.#contextId, expression }
    const file = await this.#page.send<{ result: { objectId?: string } }>('Runtime.evaluate', options)
    const { objectId } = file.result
    return (await this.#page.send<{ path: string }>('DOM.getFileInfo', { objectId })).path
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true
    try {
      while (this.#outgoing.length > 0 && this.#contextId) {
        const batch = this.#outgoing.splice(0, BATCH_MESSAGES)
        const expression = `${PAGE_NAMES.fromHost}(${JSON.stringify(batch)})`
        await this.#page.send('Runtime.evaluate', { uniqueContextId: this.#contextId, expression, silent: true })
      }
    } finally {
      this.#isSending = false
    }
  }
}
