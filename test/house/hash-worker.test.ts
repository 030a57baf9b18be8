import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { crc32 } from '../../main/engine/source/digest.ts'
import { createHashSteps, type HashedStep } from '../../main/engine/source/hash-step.ts'
import { newChunkBuffer } from '../../proto/chunk-message.ts'
import { buildOutputs } from '../support/build.ts'

beforeAll(() => buildOutputs(['hashWorker']))

test('the built thread hashes a file part by part, in memory that both threads see', async () => {
  const worker = new Worker(pathToFileURL(join(import.meta.dirname, '../../out/hash-worker/index.js')))
  onTestFinished(async () => void (await worker.terminate()))
  expect((await once(worker, 'message'))[0]).toBe('ready')
  const { hex } = await createHashSteps()
  const data = randomBytes(3 * 70_000)
  const chunk = newChunkBuffer(70_000)
  let md5State: Uint8Array | undefined
  for (let at = 0; at < data.length; at += chunk.length) {
    data.copy(chunk, 0, at)
    worker.postMessage({ chunk, from: 0, ...(md5State && { md5State }) })
    const [hashed]: HashedStep[] = (await once(worker, 'message')) as [HashedStep]
    expect(hashed?.crc32).toBe(crc32(chunk))
    md5State = hashed?.md5State
  }
  expect(hex(md5State)).toBe(createHash('md5').update(data).digest('hex'))
})
