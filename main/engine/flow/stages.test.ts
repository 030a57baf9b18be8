import { expect, test } from 'vitest'
import { createStages, type Stages } from './stages.ts'

/** Stages on a clock that a test moves, of a process that works for `busyShare` of the time. */
function onClock(busyShare = 0) {
  let nowMs = 1000
  const stages = createStages(
    () => nowMs,
    () => nowMs * busyShare,
  )
  return {
    stages,
    /** Ten seconds, in each of which `each` happens ten times. */
    pass(each: (stages: Stages) => void, seconds = 10): void {
      for (let tick = 0; tick < seconds * 10; tick++) {
        each(stages)
        nowMs += 100
      }
    },
  }
}

test('nothing is said while nothing happens, and again when what happened is over', () => {
  const { stages, pass } = onClock()
  expect(stages.bottleneck()).toBeUndefined()
  pass(({ add }) => add('source', 100))
  expect(stages.bottleneck()).toBeDefined()
  pass(() => undefined)
  expect(stages.bottleneck()).toBeUndefined()
})

test.each([
  ['source', { source: 80, acknowledgement: 20 }, 0, 'source'],
  ['limit', { limit: 90, source: 5, acknowledgement: 5 }, 0, 'limit'],
  ['network', { acknowledgement: 90, source: 10 }, 10, 'network'],
  ['receiver', { acknowledgement: 90, source: 10 }, 80, 'receiver'],
  ['receiver, with several streams at once', { acknowledgement: 90, source: 10 }, 300, 'receiver'],
] as const)('what takes most of the time is named: the %s', (_name, spent, atReceiver, expected) => {
  const { stages, pass } = onClock(0.3)
  pass((each) => {
    for (const [stage, ms] of Object.entries(spent)) each.add(stage as 'source', ms)
    each.addAtReceiver(atReceiver)
  })
  expect(stages.bottleneck()).toMatchObject({ stage: expected })
})

test('the share of the stage that is named is told', () => {
  const { stages, pass } = onClock()
  pass(({ add }) => {
    add('source', 75)
    add('limit', 25)
  })
  expect(stages.bottleneck()?.share).toBeCloseTo(0.75)
})

test.each([
  [60, 'hashing'],
  [10, 'processor'],
] as const)(
  'a process that never rests is the limit, whatever waits for it: %i ms of hashing in 100',
  (hashing, expected) => {
    const { stages, pass } = onClock(0.97)
    pass(({ add }) => {
      add('hashing', hashing)
      add('acknowledgement', 300)
    })
    expect(stages.bottleneck()).toMatchObject({ stage: expected })
  },
)

test('it follows a change within seconds', () => {
  const { stages, pass } = onClock()
  pass(({ add }) => add('source', 100))
  pass(({ add }) => add('limit', 100), 4)
  expect(stages.bottleneck()).toMatchObject({ stage: 'limit', share: 1 })
})

test('time counts what work took, also when it fails', async () => {
  let nowMs = 0
  const stages = createStages(
    () => nowMs,
    () => 0,
  )
  const work = stages.time('source', async () => {
    nowMs += 700
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  nowMs += 600
  expect(stages.bottleneck()).toMatchObject({ stage: 'source' })
})
