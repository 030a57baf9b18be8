import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Together } from './together.ts'

test('whoever asks while a task runs shares the next run, and no two runs overlap', async () => {
  let [runs, running, most] = [0, 0, 0]
  const together = new Together(async () => {
    running++
    most = Math.max(most, running)
    await setImmediate()
    running--
    runs++
  })
  const first = together.run()
  const shared = Array.from({ length: 100 }, () => together.run())
  await first
  expect(runs).toBe(1)
  await Promise.all(shared)
  expect(runs).toBe(2)

  // Asked for at every turn of the loop, also between the end of one run and the beginning of the next.
  const asked: Promise<void>[] = []
  for (let turn = 0; turn < 200; turn++) {
    asked.push(together.run())
    await (turn % 3 === 0 ? setImmediate() : Promise.resolve())
  }
  await Promise.all(asked)
  expect(most).toBe(1)
})

test('a run that fails is told to those who asked for it, and the next one runs all the same', async () => {
  const outcomes = [new Error('first'), undefined, new Error('third')]
  const together = new Together(async () => {
    await setImmediate()
    const outcome = outcomes.shift()
    if (outcome !== undefined) throw outcome
  })
  const first = together.run()
  const second = together.run()
  await expect(first).rejects.toThrow('first')
  await second
  const third = together.run()
  await together.idle()
  expect(outcomes).toEqual([])
  await expect(third).rejects.toThrow('third')
})
