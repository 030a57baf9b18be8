import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { createHashTasks, type HashAnswer, type HashTask } from '../../main/engine/source/hash-tasks.ts'
import { newChunkBuffer } from '../../proto/messages/chunk-message.ts'
import { buildOutputs } from '../support/build.ts'

beforeAll(() => buildOutputs(['hashWorker']))

test('the built thread hashes a file part by part, in memory that both threads see', async () => {
  const worker = new Worker(pathToFileURL(join(import.meta.dirname, '../../out/hash-worker/index.js')))
  onTestFinished(async () => void (await worker.terminate()))
  expect((await once(worker, 'message'))[0]).toBe('ready')
  const { prepare, hexOf } = createHashTasks()
  await prepare('md5')
  const take = async (task: HashTask): Promise<HashAnswer | undefined> => {
    worker.postMessage(task)
    return ((await once(worker, 'message')) as HashAnswer[])[0]
  }
  const whole = randomBytes(3 * 70_000)
  const data = newChunkBuffer(70_000)
  let state: Uint8Array | undefined
  for (let at = 0; at < whole.length; at += data.length) {
    whole.copy(data, 0, at)
    state = (await take({ do: 'step', kind: 'md5', data, ...(state && { state }) }))?.state
    await take({ do: 'update', kind: 'sha256', id: 1, data })
  }
  expect(hexOf('md5', state)).toBe(createHash('md5').update(whole).digest('hex'))
  const sha256 = await take({ do: 'hex', kind: 'sha256', id: 1 })
  expect(sha256).toEqual({ hex: createHash('sha256').update(whole).digest('hex') })
})
