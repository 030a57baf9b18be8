import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startReceiver } from '../../server/receiver.ts'
import type { Call, Conversations } from './conversation.ts'
import { type Answering, type Asked, type Ended, type Rpc, rawClient, rawServer } from './raw-calls.ts'
import { play, scenes } from './scenes.ts'
import { masked } from './varying-fields.ts'

/** What is said while the scenes are played between the engine and a receiver. */
export async function recorded(): Promise<Conversations> {
  const conversations: Record<string, readonly Call[]> = {}
  for (const [name, scene] of Object.entries(scenes)) {
    conversations[name] = await withFreshReceiver(async (address) => {
      const between = await listenBetween(address, scene.breaks ?? false)
      try {
        await play(scene, between.address, between.openCalls)
        return between.calls
      } finally {
        between.close()
      }
    })
  }
  return conversations
}

/** Runs with the address of a receiver whose folder is empty. */
export async function withFreshReceiver<T>(run: (address: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-conversation-'))
  const receiver = await startReceiver({ directory, host: '127.0.0.1', port: 0, name: 'The harbour' })
  try {
    return await run(`127.0.0.1:${receiver.port}`)
  } finally {
    await receiver.close()
    rmSync(directory, { recursive: true })
  }
}

/** A server that passes every call on to a receiver, and writes down what is said. */
async function listenBetween(address: string, breaks: boolean) {
  const client = rawClient(address)
  const calls: Call[] = []
  let openCalls = 0
  let isUnbroken = breaks

  function passOn(rpc: Rpc, uploadId: string, answering: Answering): Asked {
    const asked: Buffer[] = []
    const answered: Buffer[] = []
    const call = { rpc: rpc.name, uploadId, asked, answered, ended: 'cut' as Call['ended'] }
    calls.push(call)
    openCalls += 1
    const onEnd = (ended: Ended): void => {
      openCalls -= 1
      if (ended.status !== 'CANCELLED') call.ended = ended
      answering.end(ended)
    }
    const onAnswer = (message: Buffer): void => {
      answered.push(masked(rpc.answers, message))
      if (isUnbroken && rpc.name === 'UploadChunks') {
        isUnbroken = false
        answering.end({ status: 'UNAVAILABLE', details: 'The line is cut.', reason: '' })
        passedOn.cancel()
      } else answering.answer(message)
    }
    const passedOn = client.call(rpc, uploadId, { onAnswer, onEnd })
    return {
      onMessage(message) {
        asked.push(masked(rpc.asks, message))
        passedOn.send(message)
      },
      onEnd: passedOn.end,
      // A sender leaves when it has its answer, and how the receiver ends the call is to be known all the same.
      onCancel: () => undefined,
    }
  }

  const server = await rawServer(passOn)
  return {
    address: server.address,
    openCalls: () => openCalls,
    calls,
    close() {
      server.close()
      client.close()
    },
  }
}
