import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createMutex } from './mutex.ts'

test('one job runs at a time, in the order in which they were asked for, and one that fails holds up nobody', async () => {
  const alone = createMutex()
  const log: string[] = []
  const job = (name: string) => async () => {
    log.push(`${name} begins`)
    await setImmediate()
    log.push(`${name} ends`)
    if (name === 'b') throw new Error('b fails')
    return name
  }
  const jobs = ['a', 'b', 'c'].map((name) => alone(job(name)))
  expect(await Promise.allSettled(jobs)).toMatchObject([
    { value: 'a' },
    { reason: { message: 'b fails' } },
    { value: 'c' },
  ])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})
