import { EventEmitter } from 'node:events'
import type { ServerHttp2Session } from 'node:http2'
import { expect, test } from 'vitest'
import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'
import { AllCalls, CallWindows, LEAST_WINDOW_BYTES } from './call-windows.ts'

const MIB = 1024 ** 2

/** A connection that takes its settings at once. */
function connection(all: AllCalls) {
  let windowBytes = RECEIVE_WINDOW_BYTES
  const session = Object.assign(new EventEmitter(), {
    closed: false,
    destroyed: false,
    pendingSettingsAck: false,
    settings({ initialWindowSize }: { initialWindowSize: number }) {
      windowBytes = initialWindowSize
    },
  })
  const windows = new CallWindows(session as unknown as ServerHttp2Session, all, 128 * MIB, RECEIVE_WINDOW_BYTES)
  return { windows, close: () => session.emit('close'), windowBytes: () => windowBytes }
}

function open({ windows }: ReturnType<typeof connection>, calls: number): void {
  for (let call = 0; call < calls; call++) windows.open()
}

test('the calls of one sender have the widest windows', () => {
  const one = connection(new AllCalls())
  open(one, 4)
  expect(one.windowBytes()).toBe(RECEIVE_WINDOW_BYTES)
})

test('the more calls on one connection, the smaller the window of each', () => {
  const one = connection(new AllCalls())
  open(one, 128)
  expect(one.windowBytes()).toBe(MIB / 4)
  for (let call = 0; call < 126; call++) one.windows.close()
  expect(one.windowBytes()).toBe(RECEIVE_WINDOW_BYTES)
})

test('what the calls of all connections may have on their way is bounded, and each has the least', () => {
  const all = new AllCalls()
  const many = Array.from({ length: 64 }, () => connection(all))
  for (const one of many) open(one, 1)
  expect(new Set(many.map((one) => one.windowBytes()))).toEqual(new Set([MIB / 2]))
  for (const one of many) open(one, 63)
  expect(many[0]?.windowBytes()).toBe(LEAST_WINDOW_BYTES)
  for (const { windows } of many) for (let call = 0; call < 64; call++) windows.close()
  expect(many[0]?.windowBytes()).toBe(RECEIVE_WINDOW_BYTES)
})

test('a connection that is closed is told nothing any more', () => {
  const all = new AllCalls()
  const [gone, here] = [connection(all), connection(all)]
  gone.close()
  open(here, 64)
  expect(gone.windowBytes()).toBe(RECEIVE_WINDOW_BYTES)
})
