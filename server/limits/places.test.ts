import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { Places } from './places.ts'

const limits = { maxConnections: 8, maxConnectionsPerAddress: 4 }

/** A connection, as far as its place is concerned. */
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

const fill = (places: Places, count: number, addressOf: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => {
    const one = connection(addressOf(index))
    return { one, isIn: places.enter(one) }
  })

test('where nobody is asked, a network has so many places and all have so many, and who is there stays', () => {
  const places = new Places(limits, false)
  const first = fill(places, 6, (index) => `2001:db8::${index}`)
  expect(first.map(({ isIn }) => isIn)).toEqual([true, true, true, true, false, false])
  const others = fill(places, 6, (index) => `192.0.2.${index}`)
  expect(others.map(({ isIn }) => isIn)).toEqual([true, true, true, true, false, false])
  places.leave(first[0]?.one ?? expect.unreachable())
  expect(places.enter(connection('198.51.100.1'))).toBe(true)
  expect([...first, ...others].some(({ one }) => one.isClosed)).toBe(false)
})

test('where callers are asked, strangers make room: the oldest of the most crowded network first, and no device', () => {
  const places = new Places(limits, true)
  const [device] = fill(places, 1, () => '192.0.2.1')
  places.know(device?.one ?? expect.unreachable())
  const crowd = fill(places, 4, () => '2001:db8::9')
  const [lone] = fill(places, 1, () => '192.0.2.2')
  const late = fill(places, 5, (index) => `203.0.113.${index}`)
  expect(late.every(({ isIn }) => isIn)).toBe(true)
  expect(crowd.map(({ one }) => one.isClosed).slice(0, 3)).toEqual([true, true, true])
  expect([device?.one.isClosed, lone?.one.isClosed]).toEqual([false, false])
})

test('when every place is a device’s, nobody else gets in', () => {
  const places = new Places(limits, true)
  for (let index = 0; index < 8; index++) {
    const [device] = fill(places, 1, () => `192.0.2.${index}`)
    places.know(device?.one ?? expect.unreachable())
  }
  expect(places.enter(connection('198.51.100.1'))).toBe(false)
})
