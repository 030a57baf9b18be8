import type { Codec } from '../browser/codec.ts'
import type { Bridge } from './bridge.ts'

/** What a sandboxed preload script may know about its process. */
export type PreloadConfig = {
  readonly platform: string
  readonly arch: string
  readonly versions: Readonly<Record<string, string | undefined>>
  readonly argv: readonly string[]
}

/** What the preload script gets as its globals. */
export type PreloadRuntime = {
  require(name: string): unknown
  readonly process: object
}

/** Sent by the page, in order. `data` is encoded with the codec. */
export type PageMessage =
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly data: unknown }
  | { readonly kind: 'send'; readonly channel: string; readonly data: unknown }
  | { readonly kind: 'preload-error'; readonly message: string }

/** Sent to the page, in order. */
export type HostMessage =
  | { readonly kind: 'push'; readonly channel: string; readonly data: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly data: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }

/** Names that both sides use: globals of the isolated world, and a function on its call stack. */
export const PAGE_NAMES = {
  toHost: '__electronToHost',
  fromHost: '__electronFromHost',
  sync: '__electronSync',
  syncOp: '__electronSyncOp',
  syncArgument: '__electronSyncArgument',
  syncResult: '__electronSyncResult',
} as const

/**
 * The renderer half of `electron` for a sandboxed preload, with the `require` and `process` it is given.
 * Runs in the isolated world, from source text; so it refers to nothing outside itself.
 */
export function makePreloadRuntime(
  bridge: Bridge,
  codec: Codec,
  config: PreloadConfig,
  names: typeof PAGE_NAMES,
): PreloadRuntime {
  type Listener = (...args: unknown[]) => void
  type Settle = { resolve(value: unknown): void; reject(error: Error): void }
  const world = globalThis as unknown as Record<string, unknown>
  const waiting = new Map<number, Settle>()
  let lastId = 0

  const toHost = (message: PageMessage): void => {
    const send = world[names.toHost] as (text: string) => void
    send(JSON.stringify(message))
  }
  // The host sees the page stop at `debugger` here, puts its answer into a global and lets it go on. Globals, because
  // locals of a function that V8 has optimised cannot be written by a debugger.
  const sync = {
    [names.sync](op: string, argument: unknown): unknown {
      world[names.syncOp] = op
      world[names.syncArgument] = argument
      world[names.syncResult] = undefined
      // biome-ignore lint/suspicious/noDebugger: stopping here is how the host is asked for an answer at once
      debugger
      const result = world[names.syncResult]
      world[names.syncArgument] = undefined
      world[names.syncResult] = undefined
      return result
    },
  }
  const ask = (op: string, argument: unknown): unknown => sync[names.sync]?.(op, argument)

  class Emitter {
    #listeners = new Map<string, { call: Listener; asked: Listener }[]>()
    #add(channel: string, call: Listener, asked: Listener): this {
      this.#listeners.set(channel, [...(this.#listeners.get(channel) ?? []), { call, asked }])
      return this
    }
    on(channel: string, listener: Listener): this {
      return this.#add(channel, listener, listener)
    }
    once(channel: string, listener: Listener): this {
      const call = (...args: unknown[]): void => {
        this.off(channel, listener)
        listener(...args)
      }
      return this.#add(channel, call, listener)
    }
    off(channel: string, listener: Listener): this {
      const left = (this.#listeners.get(channel) ?? []).filter(({ asked }) => asked !== listener)
      this.#listeners.set(channel, left)
      return this
    }
    addListener(channel: string, listener: Listener): this {
      return this.on(channel, listener)
    }
    removeListener(channel: string, listener: Listener): this {
      return this.off(channel, listener)
    }
    removeAllListeners(channel?: string): this {
      if (channel === undefined) this.#listeners.clear()
      else this.#listeners.delete(channel)
      return this
    }
    emit(channel: string, ...args: unknown[]): boolean {
      const listeners = this.#listeners.get(channel) ?? []
      for (const { call } of listeners) call(...args)
      return listeners.length > 0
    }
    listenerCount(channel: string): number {
      return this.#listeners.get(channel)?.length ?? 0
    }
  }

  const ipcRenderer = Object.assign(new Emitter(), {
    async invoke(channel: string, ...args: unknown[]): Promise<unknown> {
      const data = codec.encode(args)
      const id = ++lastId
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        toHost({ kind: 'invoke', id, channel, data })
      })
    },
    send: (channel: string, ...args: unknown[]) => toHost({ kind: 'send', channel, data: codec.encode(args) }),
    sendSync(channel: string, ...args: unknown[]): unknown {
      const answer = ask('sendSync', JSON.stringify({ channel, data: codec.encode(args) }))
      return codec.decode(JSON.parse(String(answer)))
    },
  })

  const settle = (message: Exclude<HostMessage, { kind: 'push' }>): void => {
    const promise = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'reply') promise?.resolve(codec.decode(message.data))
    else promise?.reject(new Error(message.message))
  }
  world[names.fromHost] = (messages: HostMessage[]): void => {
    for (const message of messages) {
      if (message.kind !== 'push') settle(message)
      else {
        const args = codec.decode(message.data) as unknown[]
        ipcRenderer.emit(message.channel, { sender: ipcRenderer, ports: [] }, ...args)
      }
    }
  }

  const webUtils = {
    getPathForFile(file: unknown): unknown {
      const isFile = Object.prototype.toString.call(file) === '[object File]'
      if (!isFile) throw new TypeError('getPathForFile expected to receive a File object but one was not provided')
      return ask('path', file)
    },
  }
  const contextBridge = { exposeInMainWorld: (key: string, api: unknown) => bridge.expose(key, api) }
  const refuseOthers = (name: string, object: object): object =>
    new Proxy(object, {
      get(target, key) {
        const value = Reflect.get(target, key)
        if (typeof value === 'function') return value.bind(target)
        if (key in target || typeof key === 'symbol' || key === 'then') return value
        throw new Error(`electron.${name}${key} is not implemented in the Chromium host`)
      },
    })
  const electron = refuseOthers('', {
    ipcRenderer: refuseOthers('ipcRenderer.', ipcRenderer),
    contextBridge: refuseOthers('contextBridge.', contextBridge),
    webUtils: refuseOthers('webUtils.', webUtils),
  })
  const modules: Record<string, unknown> = {
    electron,
    'electron/renderer': electron,
    events: Object.assign(Emitter, { EventEmitter: Emitter }),
    timers: { setTimeout, clearTimeout, setInterval, clearInterval },
    url: { URL, URLSearchParams },
  }
  return {
    require(name) {
      const found = modules[name.replace(/^node:/, '')]
      if (!found) throw new Error(`module not found: ${name}`)
      return found
    },
    process: {
      type: 'renderer',
      sandboxed: true,
      contextIsolated: true,
      env: {},
      ...config,
      nextTick: (callback: Listener, ...args: unknown[]) => queueMicrotask(() => callback(...args)),
    },
  }
}
