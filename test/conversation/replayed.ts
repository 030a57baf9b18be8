import type { Call } from './conversation.ts'
import { type Asked, type Ended, type Rpc, rawClient, rawServer, rpcs } from './raw-calls.ts'
import { until } from './scenes.ts'
import { masked, textIn, withText } from './varying-fields.ts'

/** Where a receiver tells, in BeginUploadReply, the id it gave an upload, and where it is told that again. */
const FILE_ID_FIELD = 1
const takesFileId = new Set(['UploadChunks', 'FinishUpload'])

/**
 * Says to a receiver, one call after the other, what a sender said, bit for bit but for the ids of uploads. Answers
 * what was said then.
 */
export async function askedAgain(address: string, calls: readonly Call[]): Promise<readonly Call[]> {
  const client = rawClient(address)
  const fileIds = new Map<string, string>()
  try {
    const now: Call[] = []
    for (const { rpc: name, uploadId, asked, answered, ended } of calls) {
      const rpc = rpcNamed(name)
      const answers: Buffer[] = []
      let over: Ended | 'cut' | undefined
      const call = client.call(rpc, uploadId, {
        onAnswer(message) {
          if (name === 'BeginUpload') fileIds.set(uploadId, textIn(message, FILE_ID_FIELD))
          answers.push(masked(rpc.answers, message))
          if (ended !== 'cut' || answers.length < answered.length) return
          over = 'cut'
          call.cancel()
        },
        onEnd(was) {
          over ??= was
        },
      })
      for (const [index, message] of asked.entries()) {
        // A receiver answers to several small files in any order.
        await until(() => answers.length >= index || over !== undefined)
        call.send(takesFileId.has(name) ? withText(message, FILE_ID_FIELD, fileIds.get(uploadId) ?? '') : message)
      }
      if (ended !== 'cut') call.end()
      await until(() => over !== undefined)
      now.push({ rpc: name, uploadId, asked, answered: answers, ended: over ?? 'cut' })
    }
    return now
  } finally {
    client.close()
  }
}

/**
 * A server that answers as the receiver did: each call of a name as that of its number, one answer to each message, and
 * the rest of them when the sender has said all. `calls` are what it hears.
 */
export async function answeringAgain(recorded: readonly Call[]) {
  const calls: Call[] = []
  let openCalls = 0

  const server = await rawServer((rpc, uploadId, answering): Asked => {
    const earlier = calls.filter(({ rpc: name }) => name === rpc.name).length
    const { answered, ended } = recorded.filter(({ rpc: name }) => name === rpc.name)[earlier] ?? unexpected(rpc)
    const asked: Buffer[] = []
    calls.push({ rpc: rpc.name, uploadId, asked, answered, ended })
    openCalls += 1
    const over = (as: Ended): void => {
      openCalls -= 1
      answering.end(as)
    }
    return {
      onMessage(message) {
        asked.push(masked(rpc.asks, message))
        const answer = answered[asked.length - 1]
        if (ended === 'cut' && asked.length === answered.length) {
          over({ status: 'UNAVAILABLE', details: 'The line is cut.', reason: '' })
        } else if (answer !== undefined) answering.answer(answer)
      },
      onEnd() {
        if (ended === 'cut') return
        for (const answer of answered.slice(asked.length)) answering.answer(answer)
        over(ended)
      },
      onCancel: () => undefined,
    }
  })
  return { address: server.address, openCalls: () => openCalls, calls, close: server.close }
}

function rpcNamed(wanted: string): Rpc {
  const rpc = rpcs.find(({ name }) => name === wanted)
  if (rpc === undefined) throw new Error(`The contract has no ${wanted}.`)
  return rpc
}

/** What was never asked before is answered as by a server that does not know it. */
function unexpected({ name }: Rpc): Pick<Call, 'answered' | 'ended'> {
  return { answered: [], ended: { status: 'UNIMPLEMENTED', details: `Nobody asked ${name} before.`, reason: '' } }
}
