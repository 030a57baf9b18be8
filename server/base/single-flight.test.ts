import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { SingleFlight } from './single-flight.ts'

test('whoever asks while a task runs shares the next run, and no two runs overlap', async () => {
  let [runs, running, most] = [0, 0, 0]
  const flight = new SingleFlight(async () => {
    running++
    most = Math.max(most, running)
    await setImmediate()
    running--
    runs++
  })
  const first = flight.run()
  const shared = Array.from({ length: 100 }, () => flight.run())
  await first
  expect(runs).toBe(1)
  await Promise.all(shared)
  expect(runs).toBe(2)

  // Asked for at every turn of the loop, also between the end of one run and the beginning of the next.
  const asked: Promise<void>[] = []
  for (let turn = 0; turn < 200; turn++) {
    asked.push(flight.run())
    await (turn % 3 === 0 ? setImmediate() : Promise.resolve())
  }
  await Promise.all(asked)
  expect(most).toBe(1)
})

test('a run that fails is told to those who asked for it, and the next one runs all the same', async () => {
  const outcomes = [new Error('first'), undefined, new Error('third')]
  const flight = new SingleFlight(async () => {
    await setImmediate()
    const outcome = outcomes.shift()
    if (outcome !== undefined) throw outcome
  })
  const first = flight.run()
  const second = flight.run()
  await expect(first).rejects.toThrow('first')
  await second
  const third = flight.run()
  await flight.idle()
  expect(outcomes).toEqual([])
  await expect(third).rejects.toThrow('third')
})
