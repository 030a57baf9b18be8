import { expect, test } from 'vitest'
import type { Connection } from './connection.ts'
import { createReceiverPool } from './receiver-pool.ts'

/** A pool, and connections that tell whether they are closed. */
function poolOf() {
  const pool = createReceiverPool()
  const opened: { closed: boolean }[] = []
  const lease = (key = 'box:1') =>
    pool.lease(key, () => {
      const state = { closed: false }
      opened.push(state)
      return Object.assign(state, {
        close() {
          state.closed = true
        },
      }) as unknown as Connection
    })
  return { pool, opened, lease }
}

test('whoever sends to one receiver at the same time, or later, shares a connection', () => {
  const { opened, lease } = poolOf()
  const [first, second] = [lease(), lease()]
  first.giveBack(false)
  second.giveBack(false)
  lease()
  lease('other:1')
  expect(opened).toHaveLength(2)
  expect(opened.every(({ closed }) => !closed)).toBe(true)
})

test('after a failure the next try gets a new connection, and the old one stays open for who still uses it', () => {
  const { opened, lease } = poolOf()
  const [failing, going] = [lease(), lease()]
  failing.giveBack(true)
  expect(opened[0]?.closed).toBe(false)
  const next = lease()
  expect(next.connection).not.toBe(going.connection)
  going.giveBack(true)
  expect(opened[0]?.closed).toBe(true)
  expect(lease().connection).toBe(next.connection)
})

test('giving back twice counts once', () => {
  const { opened, lease } = poolOf()
  const [first, second] = [lease(), lease()]
  first.giveBack(true)
  first.giveBack(true)
  expect(opened[0]?.closed).toBe(false)
  second.giveBack(false)
  expect(opened[0]?.closed).toBe(true)
})

test('closing closes what is in use too', () => {
  const { pool, opened, lease } = poolOf()
  lease()
  lease('other:1').giveBack(false)
  pool.closeAll()
  expect(opened.every(({ closed }) => closed)).toBe(true)
})
