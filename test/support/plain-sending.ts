import { join } from 'node:path'
import type { ServiceError, status } from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'
import { createBudget } from '../../main/engine/flow/budget.ts'
import { createStages } from '../../main/engine/flow/stages.ts'
import { createTokenBucket } from '../../main/engine/flow/throttle.ts'
import { connect } from '../../main/engine/net/connection.ts'
import { plaintextRoute } from '../../main/engine/net/route.ts'
import type { Finished } from '../../main/engine/send/attempt.ts'
import { sendToThreeRpcReceiver } from '../../main/engine/send/send-three-rpc.ts'
import type { Patience } from '../../main/engine/send/three-rpc-patience.ts'
import { openDigest } from '../../main/engine/source/digest.ts'
import { createHashPool } from '../../main/engine/source/hash-pool.ts'
import { openSource, readIdentity } from '../../main/engine/source/source.ts'
import { createChunkMemory } from '../../proto/messages/chunk-memory.ts'
import { makeFile } from './made-file.ts'
import { type PlainServer, type Quirks, startQuirkyServer } from './plain-server.ts'
import { tempDir } from './temp-dir.ts'

export const MIB = 1024 ** 2

/** What takes seconds and minutes elsewhere takes a fraction of a second. */
const hasty: Patience = { queryMs: 300, takeMs: () => 1000, answerMs: 200, checkMs: () => 400 }

/** One file on its way to one server; `sent` counts over all attempts. */
export type PlainSending = {
  readonly server: PlainServer
  readonly md5: string
  readonly attempt: (signal?: AbortSignal) => Promise<Finished>
  readonly sent: { readonly bytes: number }
  readonly finished: Finished
}

/** A file of `sizeBytes` and a server with quirks; `attempt` sends the one to the other once. */
export async function sending(sizeBytes: number, quirks: Quirks = {}): Promise<PlainSending> {
  const server = await startQuirkyServer(quirks)
  const path = join(tempDir(), 'data.bin')
  const md5 = makeFile(path, sizeBytes)
  const identity = await readIdentity(path)
  const hashPool = createHashPool()
  const connection = connect(plaintextRoute(server.address), 2)
  onTestFinished(() => connection.close())
  const sent = { bytes: 0 }
  const record = {
    id: 'upload-1',
    uploadKey: 'key-of-one-upload',
    source: path,
    identity,
    path: ['data.bin'],
    receiver: server.address,
    onConflict: 'keep-both' as const,
    rank: 0,
  }
  const budgetBytes = 8 * MIB
  const budget = createBudget(() => budgetBytes)
  async function attempt(signal = new AbortController().signal): Promise<Finished> {
    const source = await openSource(path, identity)
    try {
      const listener = {
        onBegun() {},
        onStored() {},
        onSent: (bytes: number) => {
          sent.bytes += bytes
        },
        onHashed() {},
        onVerifying() {},
        onHashing() {},
      }
      const tools = {
        budget,
        memory: createChunkMemory(budgetBytes),
        throttle: createTokenBucket(),
        stages: createStages(),
      }
      const digest = await openDigest(hashPool, 'md5', { savable: false })
      const hashing = { digest, isRemembered: false, hashAnew: async () => digest }
      return await sendToThreeRpcReceiver({ record, source, ...hashing, connection, listener, signal, ...tools }, hasty)
    } finally {
      await source.close()
    }
  }
  return { server, md5, attempt, sent, finished: { storedAs: 'key-of-one-upload', digest: { kind: 'md5', hex: md5 } } }
}

/** What grpc-js throws. */
export const failing = (code: status, details: string): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata: undefined }) as unknown as ServiceError
