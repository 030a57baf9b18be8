import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { MAX_MESSAGE_BYTES } from '../../proto/limits.ts'
import { framed, rawSession } from '../../server/fixtures/raw-call.ts'
import { clientOf } from '../../server/fixtures/receiving.ts'
import { callOf, callPath, crowd, field, mustServe, sendAs } from './asking-receiver.ts'
import { startVictim } from './receiver.ts'

const WATCH = '/grpc.health.v1.Health/Watch'

test('watching health with long names, on as many streams as there are, keeps nothing of the names', async () => {
  const receiver = await startVictim({ access: 'tokens' })
  const name = framed(field(1, Buffer.alloc(1000, 97)))
  for (const session of crowd(receiver, 60, (index) => `127.0.1.${1 + (index % 4)}`)) {
    for (let call = 0; call < 100; call++) callOf(session, WATCH).stream.end(name)
  }
  await delay(3000)
  await mustServe(receiver, receiver.token())
})

test('strangers on a thousand connections keep no paired device out, and no connection of a device is closed for them', async () => {
  const receiver = await startVictim({ access: 'tokens', flags: ['--max-connections', '100'] })
  const token = receiver.token()
  const known = clientOf(receiver)
  await sendAs(known, token)
  const strangers = crowd(receiver, 300, (index) => `127.0.2.${1 + (index % 6)}`)
  await delay(1000)
  for (const session of strangers) if (!session.destroyed) callOf(session, WATCH).stream.end(framed(Buffer.alloc(0)))
  await delay(500)
  const there = strangers.filter(({ destroyed }) => !destroyed).length
  expect(there).toBeGreaterThan(20)
  expect(there).toBeLessThanOrEqual(75)
  await sendAs(known, token)
  for (let client = 0; client < 8; client++) await mustServe(receiver, token)
})

test('strangers hold little together, in bytes and in calls, and a device beside them sends', async () => {
  const receiver = await startVictim({ access: 'tokens' })
  const token = receiver.token()
  const begun = framed(Buffer.alloc(60_000), { length: MAX_MESSAGE_BYTES })
  for (const session of crowd(receiver, 100, (index) => `127.0.3.${1 + (index % 5)}`)) {
    for (let call = 0; call < 60; call++) {
      callOf(session, callPath('Upload'), 'of-nobody').stream.write(begun)
      callOf(session, WATCH).stream.end(framed(Buffer.alloc(0)))
    }
  }
  await delay(2000)
  await mustServe(receiver, token)
})

test('one device on many connections cannot hold what all may hold', async () => {
  const receiver = await startVictim({ access: 'tokens', flags: ['--max-held-bytes-in-all', `${64 * 1024 * 1024}`] })
  const [greedy, honest] = [receiver.token(), receiver.token()]
  const begun = framed(Buffer.alloc(2 * 1024 * 1024), { length: MAX_MESSAGE_BYTES })
  for (let connection = 0; connection < 32; connection++) {
    const session = rawSession(receiver.port)
    for (let call = 0; call < 8; call++) callOf(session, callPath('Upload'), greedy).stream.write(begun)
  }
  await sendAs(clientOf(receiver), honest)
  await delay(2000)
  await mustServe(receiver, honest)
})
