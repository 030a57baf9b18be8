import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { Turns } from './turns.ts'

/** Tasks that end when they are told to, and the order in which they began. */
function tasks() {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const task = (name: string) => (): Promise<void> => {
    begun.push(name)
    return new Promise((resolve) => ends.push(resolve))
  }
  const endNext = async (): Promise<void> => {
    ends.shift()?.()
    await settled()
  }
  return { begun, task, endNext }
}

test('who comes with one chunk is next, however many another one has waiting', async () => {
  const turns = new Turns()
  const { begun, task, endNext } = tasks()
  for (let index = 0; index < 16; index++) void turns.run('many', 100, task(`many ${index}`))
  await settled()
  void turns.run('one', 100, task('one'))
  await endNext()
  expect(begun).toEqual(['many 0', 'many 1', 'one'])
})

test('a chunk that cannot be stored gives its turn to the next', async () => {
  const turns = new Turns()
  const failing = [1, 2, 3].map((number) => turns.run('a', 1, () => Promise.reject(new Error(`disk ${number}`))))
  expect(await Promise.allSettled(failing)).toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  expect(await turns.run('b', 1, async () => 'stored')).toBe('stored')
})

test('senders that are forgotten still get their turns', async () => {
  const turns = new Turns()
  const stored = Array.from({ length: 3000 }, (_, index) => turns.run(`sender ${index}`, 1, async () => index))
  expect(await Promise.all(stored)).toHaveLength(3000)
})
