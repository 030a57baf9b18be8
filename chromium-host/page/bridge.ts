/** The half of contextBridge that the preload script sees. */
export type Bridge = {
  /** Puts a frozen copy of `api` on the page's `window`; functions and promises in it call back to this side. */
  expose(key: string, api: unknown): void
}

/**
 * Carries calls between the page and its preload script, which live in two JavaScript worlds of one document. The
 * `detail` of a CustomEvent crosses as a structured clone (File objects included) and its dispatch is synchronous, so
 * exposed functions can answer at once, as in Electron. Runs once in each world, from source text; so it refers to
 * nothing outside itself.
 */
export function makeBridge(me: string, peer: string, tag: string): Bridge {
  type Packed = { $kind: 'function' | 'promise' | 'error'; id: number; message: string }
  type Message =
    | { op: 'call'; id: number; args: unknown[] }
    | { op: 'reply' | 'settle'; id: number; ok: boolean; value: unknown }
    | { op: 'expose'; key: string; api: unknown }
  type Reply = Extract<Message, { op: 'reply' | 'settle' }>
  type Settle = { resolve(value: unknown): void; reject(error: unknown): void }
  type Callable = (...args: unknown[]) => unknown

  const functions = new Map<number, Callable>()
  const ids = new WeakMap<Callable, number>()
  const promises = new Map<number, Settle>()
  const exposed = new Set<string>()
  const page = globalThis as unknown as EventTarget
  const last: { id: number; reply: Reply | undefined } = { id: 0, reply: undefined }

  const post = (message: Message): void => {
    page.dispatchEvent(new CustomEvent(tag + peer, { detail: message }))
  }

  const keep = (callable: Callable): number => {
    const id = ids.get(callable) ?? ++last.id
    ids.set(callable, id)
    functions.set(id, callable)
    return id
  }
  const isPlain = (value: object): boolean => {
    const prototype = Object.getPrototypeOf(value)
    return prototype === null || prototype === Object.prototype
  }
  const mapRecord = (value: object, each: (item: unknown) => unknown): object =>
    Object.fromEntries(Object.entries(value).map(([key, item]) => [key, each(item)]))
  const packPromise = (promise: Promise<unknown>): object => {
    const id = ++last.id
    const settle = (ok: boolean, value: unknown): void => post({ op: 'settle', id, ok, value: pack(value) })
    promise.then(
      (value) => settle(true, value),
      (error) => settle(false, error),
    )
    return { $kind: 'promise', id }
  }
  const pack = (value: unknown): unknown => {
    if (typeof value === 'function') return { $kind: 'function', id: keep(value as Callable) }
    if (typeof value === 'symbol') return undefined
    if (value === null || typeof value !== 'object') return value
    if (value instanceof Promise) return packPromise(value)
    if (value instanceof Error) return { $kind: 'error', message: value.message }
    if (Array.isArray(value)) return value.map(pack)
    // Everything else (File, Blob, Date, Map, typed arrays) the browser clones by itself.
    return isPlain(value) ? mapRecord(value, pack) : value
  }
  const unpack = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value
    const { $kind, id, message } = value as Packed
    if ($kind === 'function') return (...args: unknown[]) => call(id, args)
    if ($kind === 'promise') return new Promise((resolve, reject) => promises.set(id, { resolve, reject }))
    if ($kind === 'error') return new Error(message)
    if (Array.isArray(value)) return value.map(unpack)
    return isPlain(value) ? mapRecord(value, unpack) : value
  }

  const takeReply = (): Reply | undefined => {
    const { reply } = last
    last.reply = undefined
    return reply
  }
  const call = (id: number, args: unknown[]): unknown => {
    post({ op: 'call', id, args: args.map(pack) })
    const answer: Reply | undefined = takeReply()
    // A value that cannot be cloned arrives as null, so there is no answer.
    if (!answer) throw new Error('An object could not be cloned.')
    const value = unpack(answer.value)
    if (!answer.ok) throw value
    return value
  }
  const answer = (id: number, args: unknown[]): void => {
    try {
      post({ op: 'reply', id, ok: true, value: pack(functions.get(id)?.(...args.map(unpack))) })
    } catch (error) {
      // An error of the exposed function belongs to the caller, on the other side.
      post({ op: 'reply', id, ok: false, value: pack(error instanceof Error ? error : new Error(String(error))) })
    }
  }
  const freeze = (value: unknown): unknown => {
    if (typeof value === 'object' && value !== null && (Array.isArray(value) || isPlain(value))) {
      Object.values(value).forEach(freeze)
      Object.freeze(value)
    }
    return value
  }
  const settle = (id: number, ok: boolean, value: unknown): void => {
    const promise = promises.get(id)
    promises.delete(id)
    if (ok) promise?.resolve(unpack(value))
    else promise?.reject(unpack(value))
  }

  page.addEventListener(tag + me, (event) => {
    const message = (event as CustomEvent<Message | null>).detail
    if (message?.op === 'reply') last.reply = message
    else if (message?.op === 'settle') settle(message.id, message.ok, message.value)
    else if (message?.op === 'call') answer(message.id, message.args)
    else if (message?.op === 'expose') {
      Object.defineProperty(globalThis, message.key, { value: freeze(unpack(message.api)), enumerable: true })
    }
  })

  return {
    expose(key, api) {
      if (exposed.has(key)) throw new Error('Cannot bind an API on top of an existing property on the window object')
      exposed.add(key)
      post({ op: 'expose', key, api: pack(api) })
    },
  }
}
