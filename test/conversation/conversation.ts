import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Ended } from './raw-calls.ts'

/**
 * One call, with its messages in each direction in their order. Which came between which is left to both ends, but for
 * a call that `isCut`: there the receiver had answered all that is here when the connection broke.
 */
export type Call = {
  readonly rpc: string
  /** What the sender told proxies; empty when nothing. */
  readonly uploadId: string
  readonly asked: readonly Buffer[]
  readonly answered: readonly Buffer[]
  readonly ended: Ended | 'cut'
}

/** Everything that was said, by the name of what was done. Fields that vary are masked, see `varying-fields.ts`. */
export type Conversations = Readonly<Record<string, readonly Call[]>>

const path = join(import.meta.dirname, 'conversations.json')

/** A message that is longer is kept compressed, bytes. */
const LONG_BYTES = 1000

export function readConversations(): Conversations {
  return JSON.parse(readFileSync(path, 'utf8'), (_key, value) => {
    if (typeof value?.hex === 'string') return Buffer.from(value.hex, 'hex')
    if (typeof value?.deflated === 'string') return inflateRawSync(Buffer.from(value.deflated, 'base64'))
    return value
  })
}

export function writeConversations(conversations: Conversations): void {
  const asText = (message: Buffer) =>
    message.length <= LONG_BYTES
      ? { hex: message.toString('hex') }
      : { deflated: deflateRawSync(message, { level: 9 }).toString('base64') }
  const kept = Object.entries(conversations).map(([name, calls]) => [
    name,
    calls.map((call) => ({ ...call, asked: call.asked.map(asText), answered: call.answered.map(asText) })),
  ])
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(kept), undefined, 2)}\n`)
}

/** The calls as short texts, so that a test can show where two differ. */
export function inWords(calls: readonly Call[]): readonly object[] {
  return calls.map(({ asked, answered, ...call }) => ({ ...call, asked: asked.map(hex), answered: answered.map(hex) }))
}

function hex(message: Buffer): string {
  return message.toString('hex')
}
