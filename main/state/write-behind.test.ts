import { expect, test } from 'vitest'
import { writeBehind } from './write-behind.ts'

/** Writes that end when told, and a log of them. */
function slowWrites(intervalMs = 0) {
  const log: string[] = []
  const ends: { readonly name: string; readonly end: (failure?: Error) => void }[] = []
  const behind = writeBehind(
    {
      write: (name) =>
        new Promise((resolve, reject) => {
          log.push(name)
          ends.push({ name, end: (failure) => (failure === undefined ? resolve() : reject(failure)) })
        }),
      writeNow: (name) => void log.push(`${name} now`),
    },
    intervalMs,
  )
  async function end(name: string, failure?: Error): Promise<void> {
    await expect.poll(() => ends.map((write) => write.name)).toContain(name)
    ends
      .splice(
        ends.findIndex((write) => write.name === name),
        1,
      )[0]
      ?.end(failure)
  }
  return { log, behind, end }
}

test('what changes in a burst is written once, one after the other', async () => {
  const { log, behind, end } = slowWrites()
  const written = Promise.all([behind.changed(['a', 'b']), behind.changed(['a']), behind.changed([])])
  await end('a')
  await end('b')
  await written
  expect(log).toEqual(['a', 'b'])
})

test('what changes while it is being written is written again, and settles with that', async () => {
  const { log, behind, end } = slowWrites()
  const first = behind.changed(['a'])
  await expect.poll(() => log).toEqual(['a'])
  let isSecondWritten = false
  const second = behind.changed(['a']).then(() => {
    isSecondWritten = true
  })
  await end('a')
  await first
  expect(isSecondWritten).toBe(false)
  await end('a')
  await second
  expect(log).toEqual(['a', 'a'])
})

test('a failure is told to those who asked, the others are written, and the next round tries it again', async () => {
  const { log, behind, end } = slowWrites()
  const refused = expect(behind.changed(['a', 'b'])).rejects.toThrow('ENOSPC')
  await end('a', new Error('ENOSPC'))
  await end('b')
  await refused
  const written = behind.changed(['c'])
  await end('a')
  await end('c')
  await written
  expect(log).toEqual(['a', 'b', 'a', 'c'])
})

test('flush writes at once what is under way and what waits, and nothing of it again', async () => {
  const { log, behind, end } = slowWrites()
  const first = behind.changed(['a', 'b'])
  await expect.poll(() => log).toEqual(['a'])
  const second = behind.changed(['c'])
  behind.flush()
  expect(log.slice(1).sort()).toEqual(['a now', 'b now', 'c now'])
  await second
  await end('a')
  await first
  behind.flush()
  expect(log).toHaveLength(4)
})

test('what a flush could not write stays due', async () => {
  let isFull = true
  const log: string[] = []
  const behind = writeBehind({
    write: async () => undefined,
    writeNow(name) {
      if (isFull) throw new Error('ENOSPC')
      log.push(name)
    },
  })
  const refused = expect(behind.changed(['a'])).rejects.toThrow('ENOSPC')
  behind.flush()
  await refused
  isFull = false
  behind.flush()
  expect(log).toEqual(['a'])
})
