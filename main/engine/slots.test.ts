import { expect, test } from 'vitest'
import { createSlots } from './slots.ts'

test('no more jobs run at once than there are slots, and each end makes room for the next', async () => {
  const finish: (() => void)[] = []
  let left = 5
  const slots = createSlots(2, () => {
    if (left === 0) return undefined
    left -= 1
    return new Promise((resolve) => finish.push(resolve))
  })
  slots.fill()
  slots.fill()
  expect(finish).toHaveLength(2)
  finish[0]?.()
  await new Promise(setImmediate)
  expect(finish).toHaveLength(3)
})

test('draining starts nothing more and ends when the last job has', async () => {
  const finish: (() => void)[] = []
  const slots = createSlots(1, () => new Promise((resolve) => finish.push(resolve)))
  slots.fill()
  const drained = slots.drain()
  finish[0]?.()
  await drained
  slots.fill()
  expect(finish).toHaveLength(1)
})
