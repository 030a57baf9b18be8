import { expect, test } from 'vitest'
import { createLine } from './line.ts'

/** A line, and the order in which those in it are let go. */
function lining() {
  const order: string[] = []
  const line = createLine(() => {})
  const join = (name: string, sharer: object, bytes: number, signal = new AbortController().signal) =>
    void line.join(bytes, sharer, signal).then(
      () => order.push(name),
      () => {},
    )
  const admit = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index++) {
      line.admit()
      await Promise.resolve()
    }
  }
  return { line, order, join, admit }
}

test('one that waits many times and one that waits once take turns', async () => {
  const { order, join, admit } = lining()
  const [many, single] = [{}, {}]
  for (const name of ['m1', 'm2', 'm3', 'm4']) join(name, many, 10)
  await admit(1)
  join('s1', single, 10)
  await admit(1)
  join('s2', single, 10)
  await admit(4)
  expect(order).toEqual(['m1', 's1', 'm2', 's2', 'm3', 'm4'])
})

test('who asks for less each time has more turns', async () => {
  const { order, join, admit } = lining()
  const [long, short] = [{}, {}]
  for (const name of ['l1', 'l2', 'l3']) join(name, long, 40)
  for (let index = 0; index < 12; index++) join('s', short, 10)
  await admit(10)
  expect(order.filter((name) => name === 's')).toHaveLength(8)
})

test('nobody saves up turns while it does not wait', async () => {
  const { order, join, admit } = lining()
  const [busy, rested] = [{}, {}]
  join('r', rested, 10)
  for (let index = 0; index < 100; index++) join('b', busy, 10)
  await admit(91)
  for (let index = 0; index < 20; index++) join('r', rested, 10)
  order.length = 0
  await admit(20)
  expect(order.filter((name) => name === 'b').length).toBeGreaterThanOrEqual(9)
})

test('who gives up waiting is not charged for it', async () => {
  const { line, order, join, admit } = lining()
  const [patient, fickle] = [{}, {}]
  for (let index = 0; index < 20; index++) {
    const stop = new AbortController()
    join('stopped', fickle, 10, stop.signal)
    stop.abort(new Error('Stopped.'))
  }
  expect(line.first()).toBeUndefined()
  join('p1', patient, 10)
  join('p2', patient, 10)
  join('f', fickle, 10)
  await admit(3)
  expect(order).toEqual(['p1', 'f', 'p2'])
})
