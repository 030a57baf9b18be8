import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createBudget } from './budget.ts'

const never = new AbortController().signal
const one = {}

test('takes beyond the budget wait until bytes are given back, first come first served', async () => {
  const budget = createBudget(() => 10)
  await budget.take(8, one, never)
  const order: string[] = []
  const big = budget.take(6, one, never).then(() => order.push('big'))
  const small = budget.take(1, one, never).then(() => order.push('small'))
  await Promise.resolve()
  expect(order).toEqual([])
  budget.give(8)
  await Promise.all([big, small])
  expect(order).toEqual(['big', 'small'])
})

test('one take larger than everything is granted alone', async () => {
  const budget = createBudget(() => 10)
  await budget.take(50, one, never)
  const next = budget.take(1, one, never)
  budget.give(50)
  await next
})

test('an aborted wait leaves the queue and lets the next one through', async () => {
  const budget = createBudget(() => 10)
  await budget.take(8, one, never)
  const controller = new AbortController()
  const refused = budget.take(6, one, controller.signal)
  const next = budget.take(2, one, never)
  controller.abort(new Error('enough'))
  await expect(refused).rejects.toThrow('enough')
  await next
})

test('a budget that grew lets more through with the next thing given back, and one that shrank less', async () => {
  let total = 4
  const budget = createBudget(() => total)
  await budget.take(4, one, never)
  const passed: number[] = []
  for (const bytes of [1, 4, 5]) void budget.take(bytes, one, never).then(() => passed.push(bytes))
  total = 8
  budget.give(2)
  await settled()
  expect(passed).toEqual([1, 4])
  total = 3
  budget.give(3)
  await settled()
  expect(passed).toEqual([1, 4])
})
