import { once } from 'node:events'
import { type ClientHttp2Stream, connect, constants } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { framed, rawCall } from '../../server/fixtures/raw-call.ts'
import { sizeOf } from '../faults/run-size.ts'
import { startVictim } from './receiver.ts'

const ROUNDS = sizeOf({ short: 15, full: 150 })
/** Calls of each kind on one connection. */
const CALLS = 20
/** The receiver's answers do not fit, so they wait to be sent while more is read. */
const NARROW_WINDOW_BYTES = 100
/** Longer than it takes the receiver to have begun to answer. */
const A_WHILE_MS = 20

/** A message of PutFiles that names a file and nothing else; it is refused, and the call goes on. */
const nameless = framed(Buffer.from([10, 3, 97, 98, 99]))

/**
 * Node 20 can send for ever, with all of the memory, when a stream is reset while its connection is being read and
 * something waits to be sent (nodejs/node#64166). Most of what ends a call here is found in what is being read.
 */
test('[H12] calls that are refused and reset while answers wait to be sent neither hold the receiver up nor fill its memory', async () => {
  const victim = await startVictim()
  await victim.upload()
  const before = victim.memoryMib() ?? 0
  for (let round = 0; round < ROUNDS; round++) {
    const session = connect(`http://127.0.0.1:${victim.port}`, { settings: { initialWindowSize: NARROW_WINDOW_BYTES } })
    session.on('error', () => 'the receiver may have had enough')
    onTestFinished(() => session.destroy())
    await once(session, 'connect')
    const open = (rpc: string): ClientHttp2Stream[] =>
      Array.from({ length: CALLS }, () => rawCall(session, rpc).stream.pause())
    const answered = open('PutFiles')
    for (const stream of answered) for (let message = 0; message < 100; message++) stream.write(nameless)
    await delay(A_WHILE_MS)
    for (const [index, stream] of answered.entries()) {
      stream.write(framed(Buffer.alloc(100), { compressed: true }))
      if (index % 2 === 0) stream.close(constants.NGHTTP2_CANCEL)
    }
    // A call that nobody serves is reset by the receiver itself, in the moment in which it reads the message.
    for (const stream of open('NoSuchCall')) stream.write(framed(Buffer.alloc(50_000), { compressed: true }))
    await delay(A_WHILE_MS)
    session.destroy()
  }

  await victim.upload()
  expect(victim.errors()).toBe('')
  expect((victim.memoryMib() ?? 0) - before).toBeLessThan(150)
})
