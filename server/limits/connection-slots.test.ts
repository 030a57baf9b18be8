import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { ConnectionSlots } from './connection-slots.ts'

const limits = { maxConnections: 8, maxConnectionsPerAddress: 4 }

/** A connection, as far as its slot is concerned. */
function connection(remoteAddress: string) {
  const one = {
    remoteAddress,
    isClosed: false,
    resetAndDestroy() {
      one.isClosed = true
    },
  }
  return one as unknown as Socket & { readonly isClosed: boolean }
}

const fill = (slots: ConnectionSlots, count: number, addressOf: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => {
    const one = connection(addressOf(index))
    return { one, isIn: slots.enter(one) }
  })

test('where nobody is asked, a network has so many slots and all have so many, and who is there stays', () => {
  const slots = new ConnectionSlots(limits, false)
  const first = fill(slots, 6, (index) => `2001:db8::${index}`)
  expect(first.map(({ isIn }) => isIn)).toEqual([true, true, true, true, false, false])
  const others = fill(slots, 6, (index) => `192.0.2.${index}`)
  expect(others.map(({ isIn }) => isIn)).toEqual([true, true, true, true, false, false])
  slots.leave(first[0]?.one ?? expect.unreachable())
  expect(slots.enter(connection('198.51.100.1'))).toBe(true)
  expect([...first, ...others].some(({ one }) => one.isClosed)).toBe(false)
})

test('where callers are asked, strangers make room: the oldest of the most crowded network first, and no device', () => {
  const slots = new ConnectionSlots(limits, true)
  const [device] = fill(slots, 1, () => '192.0.2.1')
  slots.know(device?.one ?? expect.unreachable())
  const crowd = fill(slots, 4, () => '2001:db8::9')
  const [lone] = fill(slots, 1, () => '192.0.2.2')
  const late = fill(slots, 5, (index) => `203.0.113.${index}`)
  expect(late.every(({ isIn }) => isIn)).toBe(true)
  expect(crowd.map(({ one }) => one.isClosed).slice(0, 3)).toEqual([true, true, true])
  expect([device?.one.isClosed, lone?.one.isClosed]).toEqual([false, false])
})

test('when every slot is a device’s, nobody else gets in', () => {
  const slots = new ConnectionSlots(limits, true)
  for (let index = 0; index < 8; index++) {
    const [device] = fill(slots, 1, () => `192.0.2.${index}`)
    slots.know(device?.one ?? expect.unreachable())
  }
  expect(slots.enter(connection('198.51.100.1'))).toBe(false)
})
