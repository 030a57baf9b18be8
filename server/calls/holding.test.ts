import { expect, test } from 'vitest'
import { toLimits } from '../limits/limits.ts'
import type { Admitted } from './caller.ts'
import { Held, Holding, STRANGERS } from './holding.ts'

const MIB = 1024 ** 2

function admitted(kind: 'device' | 'stranger', name: string): Admitted {
  const caller =
    kind === 'device' ? { kind, device: { id: name, name, mayOverwrite: true } as never } : ({ kind } as const)
  return { caller, address: name, deviceNow: (known) => known, mustBeValid: () => {}, onCut: () => () => {} }
}

test('what a call holds counts for strangers until it is let in, then for its device, and for nobody when it is over', () => {
  const held = new Held(toLimits())
  const call = new Holding(held, STRANGERS)
  call.add(MIB)
  expect(held.bytes.heldBy(STRANGERS)).toBeGreaterThanOrEqual(MIB)
  call.admit(admitted('device', 'laptop'))
  expect([held.bytes.heldBy(STRANGERS), held.streams.heldBy('laptop')]).toEqual([0, 1])
  call.keepMessage(MIB)
  expect(held.bytes.heldBy('laptop')).toBeGreaterThanOrEqual(2 * MIB)
  call.finishMessage()
  expect(held.bytes.heldBy('laptop')).toBeLessThan(2 * MIB)
  call.leave()
  call.add(5)
  expect([held.bytes.inAll, held.streams.inAll]).toEqual([0, 0])
})

test('strangers have a small part of all together, a device as much as is free', () => {
  const held = new Held(toLimits({ maxHeldBytesInAll: 1024 * MIB }))
  const [stranger, device] = [new Holding(held, STRANGERS), new Holding(held, 'laptop')]
  stranger.add(15 * MIB)
  expect(stranger.isTooMuch).toBe(false)
  stranger.add(MIB)
  expect(stranger.isTooMuch).toBe(true)
  device.add(500 * MIB)
  expect(device.isTooMuch).toBe(false)
  device.add(10 * MIB)
  expect(device.isTooMuch).toBe(true)
})

test('calls and requests beyond a share are refused, and leave nothing behind', () => {
  const held = new Held(toLimits({ maxStreams: 4, maxHeldBytesInAll: 32 * MIB }))
  const calls = Array.from({ length: 3 }, () => new Holding(held, STRANGERS))
  const letIn = (call: Holding | undefined) => call?.admit(admitted('device', 'laptop'))
  letIn(calls[0])
  letIn(calls[1])
  expect(() => letIn(calls[2])).toThrow('This sender has 2 calls open')
  calls[0]?.request(2 * MIB)
  expect(() => calls[1]?.request(2 * MIB)).toThrow('is too much. Wait for some of them.')
  for (const call of calls) call.leave()
  expect([held.bytes.inAll, held.streams.inAll, held.requests.inAll]).toEqual([0, 0, 0])
})
