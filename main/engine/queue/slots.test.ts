import { expect, test } from 'vitest'
import { createSlots, createTwoLanes } from './slots.ts'

test('no more jobs run at once than there are slots, and each end makes room for the next', async () => {
  const finish: (() => void)[] = []
  let left = 5
  const slots = createSlots(
    () => 2,
    () => {
      if (left === 0) return undefined
      left -= 1
      return new Promise((resolve) => finish.push(resolve))
    },
  )
  slots.fill()
  slots.fill()
  expect(finish).toHaveLength(2)
  finish[0]?.()
  await new Promise(setImmediate)
  expect(finish).toHaveLength(3)
})

test('another number of slots counts for what starts next, and stops nothing', async () => {
  const finish: (() => void)[] = []
  let count = 3
  const slots = createSlots(
    () => count,
    () => new Promise((resolve) => finish.push(resolve)),
  )
  slots.fill()
  count = 1
  slots.fill()
  expect(finish).toHaveLength(3)
  finish[0]?.()
  finish[1]?.()
  await new Promise(setImmediate)
  expect(finish).toHaveLength(3)
  finish[2]?.()
  await new Promise(setImmediate)
  expect(finish).toHaveLength(4)
  count = 2
  slots.fill()
  expect(finish).toHaveLength(5)
})

test('draining starts nothing more and ends when the last job has', async () => {
  const finish: (() => void)[] = []
  const slots = createSlots(
    () => 1,
    () => new Promise((resolve) => finish.push(resolve)),
  )
  slots.fill()
  const drained = slots.drain()
  finish[0]?.()
  await drained
  slots.fill()
  expect(finish).toHaveLength(1)
})

test('small jobs have slots of their own beside the others, and the end of any lets all look again', async () => {
  const finish: (() => void)[] = []
  const left = { any: 2, small: 5 }
  const slots = createTwoLanes({ any: () => 1, small: () => 3 }, (isForSmall) => {
    const lane = isForSmall ? 'small' : 'any'
    if (left[lane] === 0) return undefined
    left[lane] -= 1
    return new Promise((resolve) => finish.push(resolve))
  })
  slots.fill()
  expect(finish).toHaveLength(4)
  left.small = 0
  finish[1]?.()
  await new Promise(setImmediate)
  expect(finish).toHaveLength(4)
  left.small = 1
  finish[0]?.()
  await new Promise(setImmediate)
  expect(finish).toHaveLength(6)
})
