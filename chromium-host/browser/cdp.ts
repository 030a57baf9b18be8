import { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'

type Waiting = {
  readonly method: string
  resolve(result: CdpResult): void
  reject(error: Error): void
}

type CdpMessage = {
  readonly id?: number
  readonly method?: string
  readonly params?: CdpResult
  readonly result?: CdpResult
  readonly error?: { readonly message: string; readonly data?: string }
  readonly sessionId?: string
}

/** What Chromium answers. Its shape is the DevTools protocol's; each caller names the part it reads. */
export type CdpResult = unknown

const CLOSED = 'Chromium has closed the connection'

/**
 * A client of the Chrome DevTools Protocol over the two pipes of `--remote-debugging-pipe` (JSON messages, each ended
 * by NUL). Needs no port and no library, and Chromium ends by itself when this process does.
 */
export class Cdp {
  readonly #events = new EventEmitter().setMaxListeners(0)
  readonly #waiting = new Map<number, Waiting>()
  readonly #toChromium: Writable
  #unfinished: Buffer[] = []
  #lastId = 0
  #closed = false

  constructor(toChromium: Writable, fromChromium: Readable) {
    this.#toChromium = toChromium
    fromChromium.on('data', (bytes: Buffer) => this.#read(bytes))
    for (const stream of [toChromium, fromChromium]) {
      stream.on('close', () => this.#end())
      stream.on('error', () => this.#end())
    }
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Calls `method` in the browser, or in the page `sessionId`. Rejects with Chromium's message, or when it has gone.
   */
  send<Result = CdpResult>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    if (this.#closed) return Promise.reject(new Error(CLOSED))
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, resolve: (result) => resolve(result as Result), reject })
      this.#toChromium.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
    })
  }

  /** Calls `listener` for each event `method` of the browser, or of the page `sessionId`; returns how to stop. */
  on<Params>(method: string, listener: (params: Params) => void, sessionId = ''): () => void {
    const name = `${sessionId}:${method}`
    this.#events.on(name, listener)
    return () => void this.#events.off(name, listener)
  }

  /** Calls `listener` once when the connection is lost, however that came about; returns how to stop. */
  onClose(listener: () => void): () => void {
    this.#events.once('close', listener)
    return () => void this.#events.off('close', listener)
  }

  #read(bytes: Buffer): void {
    let rest = bytes
    for (let end = rest.indexOf(0); end >= 0; end = rest.indexOf(0)) {
      const message = Buffer.concat([...this.#unfinished, rest.subarray(0, end)])
      this.#unfinished = []
      rest = rest.subarray(end + 1)
      this.#dispatch(JSON.parse(message.toString()))
    }
    if (rest.length > 0) this.#unfinished.push(rest)
  }

  #dispatch({ id, method, params, result, error, sessionId = '' }: CdpMessage): void {
    if (id === undefined) {
      this.#events.emit(`${sessionId}:${method}`, params)
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(new Error(`${waiting.method}: ${[error.message, error.data].filter(Boolean).join(' ')}`))
    else waiting?.resolve(result)
  }

  #end(): void {
    if (this.#closed) return
    this.#closed = true
    for (const waiting of this.#waiting.values()) waiting.reject(new Error(CLOSED))
    this.#waiting.clear()
    this.#events.emit('close')
  }
}

/** For calls that fail only when the page is gone, which whoever needs to know hears separately. */
export function ifStillThere(call: Promise<unknown>): void {
  call.catch(() => undefined)
}
