import { expect, test } from 'vitest'
import { FairQueue } from '../base/fair-queue.ts'
import { SenderBatches } from './sender-batches.ts'

/** Steps that write down in which order they are taken; `held` lets nobody finish before it resolves. */
function stepsInto(log: string[], held: Promise<void> = Promise.resolve()) {
  return (name: string, fails?: 'prepare' | 'at once' | 'finish') => ({
    costBytes: 1,
    prepare() {
      log.push(`prepare ${name}`)
      if (fails === 'at once') throw new Error(`${name} failed`)
      return fails === 'prepare' ? Promise.reject(new Error(`${name} failed`)) : Promise.resolve(`prepared ${name}`)
    },
    async finish(prepared: string) {
      await held
      log.push(`finish ${prepared}`)
      if (fails === 'finish') throw new Error(`${name} failed`)
      return `stored ${name}`
    },
  })
}

test('files of one moment take each step together, and what comes meanwhile is the next batch', async () => {
  const log: string[] = []
  let letGo = () => {}
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const steps = stepsInto(log, held)
  const batches = new SenderBatches(new FairQueue())
  const first = ['a', 'b'].map((name) => batches.store('one', steps(name)))
  const other = batches.store('two', stepsInto(log)('x'))
  expect(await other).toBe('stored x')
  const next = ['c', 'd'].map((name) => batches.store('one', steps(name)))
  expect(log.filter((line) => line.startsWith('prepare'))).toEqual(['prepare a', 'prepare b', 'prepare x'])
  letGo()
  expect(await Promise.all([...first, ...next])).toEqual(['a', 'b', 'c', 'd'].map((name) => `stored ${name}`))
  expect(log.slice(-4)).toEqual(['prepare c', 'prepare d', 'finish prepared c', 'finish prepared d'])
})

test('a file that fails at any step fails alone, and the next batch comes all the same', async () => {
  const steps = stepsInto([])
  const batches = new SenderBatches(new FairQueue())
  const fates = await Promise.allSettled([
    batches.store('one', steps('a', 'prepare')),
    batches.store('one', steps('b', 'at once')),
    batches.store('one', steps('c', 'finish')),
    batches.store('one', steps('d')),
  ])
  expect(fates.map((fate) => (fate.status === 'fulfilled' ? fate.value : fate.reason.message))).toEqual([
    'a failed',
    'b failed',
    'c failed',
    'stored d',
  ])
  expect(await batches.store('one', steps('e'))).toBe('stored e')
})

test('a batch of any length is stored whole', async () => {
  const steps = stepsInto([])
  const batches = new SenderBatches(new FairQueue())
  const names = Array.from({ length: 500 }, (_, index) => `${index}`)
  expect(await Promise.all(names.map((name) => batches.store('one', steps(name))))).toEqual(
    names.map((name) => `stored ${name}`),
  )
})
