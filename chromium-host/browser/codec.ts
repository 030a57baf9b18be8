/** Turns values that Electron's IPC carries into JSON values and back. */
export type Codec = {
  /**
   * Throws "An object could not be cloned." for what structured clone refuses: functions, symbols, promises, DOM nodes,
   * blobs.
   */
  encode(value: unknown): unknown
  decode(value: unknown): unknown
}

/**
 * The structured-clone subset that apps send, as tagged JSON: `{ $: tag, v: … }` for everything JSON lacks.
 * Runs in Node and, sent there as source text, in the page; so it refers to nothing outside itself.
 */
export function makeCodec(): Codec {
  type Tagged = { $: string; v: never; c?: string }
  const views = {
    Uint8Array,
    Int8Array,
    Uint8ClampedArray,
    Uint16Array,
    Int16Array,
    Uint32Array,
    Int32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    DataView,
  }
  const errors = { TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError }
  const inNode = typeof Buffer !== 'undefined'
  const refuse = (): never => {
    throw new Error('An object could not be cloned.')
  }

  const toBase64 = (bytes: Uint8Array): string => {
    if (inNode) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    // In slices, because the number of arguments of a call is limited.
    let text = ''
    for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768))
    return btoa(text)
  }
  const fromBase64 = (text: string): Uint8Array<ArrayBuffer> =>
    inNode ? new Uint8Array(Buffer.from(text, 'base64')) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0))

  const encodeNumber = (value: number): unknown => {
    if (Object.is(value, -0)) return { $: 'number', v: '-0' }
    return Number.isFinite(value) ? value : { $: 'number', v: String(value) }
  }
  const encodeView = (view: ArrayBufferView): unknown => {
    const isBuffer = inNode && Buffer.isBuffer(view)
    const v = toBase64(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
    return { $: 'view', c: isBuffer ? 'Uint8Array' : view.constructor.name, v }
  }
  const encodeRecord = (value: object, each: (value: unknown) => unknown): unknown => {
    const entries = Object.entries(value).map(([key, item]) => [key, each(item)])
    return '$' in value ? { $: 'record', v: entries } : Object.fromEntries(entries)
  }
  const isForeign = (value: object): boolean => {
    if ('then' in value && typeof value.then === 'function') return true
    return (typeof Blob !== 'undefined' && value instanceof Blob) || ('nodeType' in value && 'ownerDocument' in value)
  }
  const encodeObject = (value: object, each: (value: unknown) => unknown): unknown => {
    if (Array.isArray(value)) return value.map(each)
    if (value instanceof Date) return { $: 'date', v: value.getTime() }
    if (value instanceof Map) return { $: 'map', v: [...value].map(each) }
    if (value instanceof Set) return { $: 'set', v: [...value].map(each) }
    if (value instanceof RegExp) return { $: 'regexp', v: [value.source, value.flags] }
    if (value instanceof Error) return { $: 'error', v: [value.name, value.message, value.stack ?? ''] }
    if (value instanceof ArrayBuffer) return { $: 'buffer', v: toBase64(new Uint8Array(value)) }
    if (ArrayBuffer.isView(value)) return encodeView(value)
    return isForeign(value) ? refuse() : encodeRecord(value, each)
  }
  const encode = (value: unknown, above: readonly object[] = []): unknown => {
    if (value === undefined) return { $: 'undefined' }
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
    if (typeof value === 'number') return encodeNumber(value)
    if (typeof value === 'bigint') return { $: 'bigint', v: String(value) }
    if (typeof value !== 'object') return refuse()
    if (above.includes(value))
      throw new Error('Values that contain themselves are not implemented in the Chromium host')
    return encodeObject(value, (item) => encode(item, [...above, value]))
  }

  const decodeError = ([name, message, stack]: [string, string, string]): Error => {
    const Kind = errors[name as keyof typeof errors] ?? Error
    return Object.assign(new Kind(message), { stack })
  }
  const decodeView = (name: keyof typeof views, text: string): ArrayBufferView => {
    const bytes = fromBase64(text)
    return name === 'Uint8Array' ? bytes : Reflect.construct(views[name], [bytes.buffer])
  }
  const decodeTagged = ({ $, v, c }: Tagged): unknown => {
    if ($ === 'undefined') return undefined
    if ($ === 'number') return Number(v)
    if ($ === 'bigint') return BigInt(v)
    if ($ === 'date') return new Date(v)
    if ($ === 'map') return new Map((v as [unknown, unknown][]).map((entry) => decode(entry) as [unknown, unknown]))
    if ($ === 'set') return new Set((v as unknown[]).map(decode))
    if ($ === 'regexp') return new RegExp(v[0], v[1])
    if ($ === 'error') return decodeError(v)
    if ($ === 'buffer') return fromBase64(v).buffer
    if ($ === 'view') return decodeView(c as keyof typeof views, v)
    return Object.fromEntries((v as [string, unknown][]).map(([key, item]) => [key, decode(item)]))
  }
  const decode = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object') return value
    if (Array.isArray(value)) return value.map(decode)
    if ('$' in value) return decodeTagged(value as Tagged)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item)]))
  }

  return { encode: (value) => encode(value), decode }
}
