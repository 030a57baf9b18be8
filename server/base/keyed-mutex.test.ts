import { expect, test } from 'vitest'
import { KeyedMutex } from './keyed-mutex.ts'

test('tasks of one key run one after the other, also after one that failed, and those of another key do not wait', async () => {
  const mutex = new KeyedMutex()
  const log: string[] = []
  let end = () => {}
  const first = mutex.run('a', async () => {
    log.push('first begins')
    await new Promise<void>((resolve) => {
      end = resolve
    })
    log.push('first ends')
    throw new Error('the disk is full')
  })
  const second = mutex.run('a', async () => log.push('second'))
  await mutex.run('b', async () => log.push('other key'))
  end()
  await expect(first).rejects.toThrow('the disk is full')
  await second
  expect(log).toEqual(['first begins', 'other key', 'first ends', 'second'])
})
