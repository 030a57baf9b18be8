import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { type Codec, makeCodec } from './codec.ts'

const here = makeCodec()
/** The codec as a page gets it: from its own source text, in a world without Node. */
const there: Codec = runInNewContext(`(${makeCodec})()`, {
  btoa,
  atob,
  Date,
  Map,
  Set,
  Error,
  RegExp,
  ArrayBuffer,
  Uint8Array,
})

function across(value: unknown): unknown {
  return here.decode(JSON.parse(JSON.stringify(here.encode(value))))
}

describe('The IPC codec', () => {
  test.each([
    ['plain JSON', { a: [1, 'two', true, null] }],
    ['undefined', [undefined, { gone: undefined }]],
    ['numbers that JSON lacks', [Number.NaN, Number.POSITIVE_INFINITY, -0]],
    ['bigints, dates and expressions', [12345678901234567890n, new Date(5), /a+/gi]],
    ['maps and sets', new Map<unknown, unknown>([[{ key: 1 }, new Set([1, 'x'])]])],
    ['bytes', [new Uint8Array([0, 255]), new Float64Array([1.5]), new Uint8Array([1, 2]).buffer]],
    ['records that look like its own tags', { $: 'map', v: { $: 'x' } }],
    ['errors', new TypeError('wrong')],
  ])('carries %s', (_name, value) => {
    expect(across(value)).toEqual(value)
  })

  test('keeps the kind of an error and the view of a Buffer', () => {
    expect(across(new RangeError('far'))).toBeInstanceOf(RangeError)
    expect(across(Buffer.from('hi'))).toEqual(new Uint8Array([104, 105]))
  })

  test('refuses what structured clone refuses', () => {
    for (const value of [() => 1, Symbol('s'), Promise.resolve(), new Blob([])]) {
      expect(() => here.encode({ value })).toThrow('An object could not be cloned.')
    }
  })

  test('refuses values that contain themselves, but not the same value twice', () => {
    const self: unknown[] = []
    self.push(self)
    const twice = { x: 1 }
    expect(() => here.encode(self)).toThrow('contain themselves')
    expect(across([twice, twice])).toEqual([twice, twice])
  })

  test('stands alone as source text, and agrees with itself on both sides', () => {
    const value = { big: 1n, bytes: new Uint8Array(40_000).fill(7), map: new Map([[1, undefined]]) }
    expect(here.decode(there.encode(value))).toEqual(value)
    expect(there.decode(here.encode(value))).toEqual(value)
  })
})
