import type { ServerDuplexStream } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import type { PutFile } from '../../../proto/generated/filetransfer/PutFile.ts'
import { connectTo } from '../../../test/support/connect-to.ts'

const never = new AbortController().signal
const file = (uploadKey: string, text: string) => ({ uploadKey, data: Buffer.from(text), path: [text] })

/** A receiver that answers each file by its name when it is told to, in the order in which they came. */
async function slowReceiver() {
  const came: string[] = []
  const answers: (() => void)[] = []
  let heard = (): void => undefined
  const putFiles = (call: ServerDuplexStream<PutFile, object>): void => {
    call.on('data', ({ uploadKey, path }: PutFile) => {
      const storedAs = path.join('/')
      came.push(storedAs)
      answers.push(() => void call.write({ uploadKey, finished: { storedAs, size: 0, md5: '' }, storeMicros: 0 }))
      heard()
    })
    call.on('end', () => call.end())
  }
  const connection = await connectTo({ putFiles })
  return {
    connection,
    came,
    answer: () => answers.shift()?.(),
    async untilCame(count: number) {
      while (came.length < count) {
        await new Promise<void>((resolve) => {
          heard = resolve
        })
      }
    },
  }
}

test('two files by one key both get their own answer', async () => {
  const { connection, came, answer, untilCame } = await slowReceiver()
  const puts = [
    connection.sendSmallFile(file('key', 'one'), never),
    connection.sendSmallFile(file('key', 'two'), never),
  ]
  const other = connection.sendSmallFile(file('other', 'three'), never)
  await untilCame(2)
  expect(came).toEqual(['one', 'three'])
  answer()
  answer()
  await untilCame(3)
  answer()
  expect((await Promise.all([...puts, other])).map(({ finished }) => finished.storedAs)).toEqual([
    'one',
    'two',
    'three',
  ])
})

test('a file that was given up and is sent again does not get the answer to what was sent before', async () => {
  const { connection, came, answer, untilCame } = await slowReceiver()
  const stop = new AbortController()
  const first = connection.sendSmallFile(file('key', 'before'), stop.signal)
  await untilCame(1)
  stop.abort(new Error('Paused.'))
  await expect(first).rejects.toThrow('Paused.')
  const second = connection.sendSmallFile(file('key', 'after'), never)
  answer()
  await untilCame(2)
  answer()
  expect((await second).finished.storedAs).toBe('after')
  expect(came).toEqual(['before', 'after'])
})

test('whoever waits for the answer to an earlier file can be stopped', async () => {
  const { connection, untilCame } = await slowReceiver()
  const first = connection.sendSmallFile(file('key', 'one'), never)
  await untilCame(1)
  const stop = new AbortController()
  const second = connection.sendSmallFile(file('key', 'two'), stop.signal)
  stop.abort(new Error('Cancelled.'))
  await expect(second).rejects.toThrow('Cancelled.')
  connection.close()
  await expect(first).rejects.toMatchObject({ reason: 'UNREACHABLE' })
})

test.each([
  ['with its figures', { shortage: { neededBytes: 8192, leftBytes: 4096 } }, { neededBytes: 8192, leftBytes: 4096 }],
  ['by an older receiver, without any', {}, undefined],
])('a small file is refused %s', async (_, more, shortage) => {
  const putFiles = (call: ServerDuplexStream<PutFile, object>): void => {
    call.on('data', ({ uploadKey }: PutFile) => {
      call.write({ uploadKey, refused: { reason: 'QUOTA', message: 'Used up.', ...more } })
    })
    call.on('end', () => call.end())
  }
  const connection = await connectTo({ putFiles })
  const refusal = await connection.sendSmallFile(file('key', 'one'), never).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ reason: 'QUOTA', remedy: 'retry', shortage })
})
