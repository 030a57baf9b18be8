import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { shortageIn } from '../../proto/shortage.ts'
import { toReceiveErrorOfPeer } from '../cluster/peers.ts'
import { begin, source } from '../fixtures/client.ts'
import { put, toPut } from '../fixtures/put.ts'
import { receiving } from '../fixtures/receiving.ts'
import { secured } from '../fixtures/secured.ts'
import { STEP_BYTES } from '../permissions/quota-item.ts'

/** The figures that a call is refused with. */
async function shortageOf(call: Promise<unknown>) {
  const refusal = await call.then(
    () => undefined,
    (error: ServiceError) => error,
  )
  return shortageIn(refusal?.metadata)
}

test('whoever has too little room on the disk is told how much is needed, and how much there is', async () => {
  const { client, receiver } = await receiving()
  const most = Number.MAX_SAFE_INTEGER
  const shortage = await shortageOf(begin(client, source('a.bin', Buffer.alloc(0)), { size: most }))
  expect(shortage).toMatchObject({ neededBytes: most, leftBytes: expect.any(Number) })
  // Others use the disk, too.
  expect(Math.abs((shortage?.leftBytes ?? 0) - (await receiver.freeBytes()))).toBeLessThan(2 ** 30)
})

test('whoever has used up a quota is told so as well, also about small files', async () => {
  const { device } = await secured()
  const { client } = await device({ folder: ['z'], quotaBytes: 3 * STEP_BYTES })
  const large = source('large', Buffer.alloc(4 * STEP_BYTES))
  const figures = { neededBytes: 4 * STEP_BYTES, leftBytes: 3 * STEP_BYTES }
  expect(await shortageOf(begin(client, large))).toEqual(figures)
  const reply = (await put(client, [toPut(large)])).get(large.uploadKey)
  const asText = { neededBytes: String(figures.neededBytes), leftBytes: String(figures.leftBytes) }
  expect(reply?.refused).toMatchObject({ reason: 'QUOTA', shortage: asText })
})

test('other refusals tell no figures', async () => {
  const { client } = await receiving()
  expect(await shortageOf(begin(client, source('a.bin', Buffer.alloc(0)), { uploadKey: 'short' }))).toBeUndefined()
  const named = source('.longshore/x', Buffer.alloc(1))
  const reply = (await put(client, [toPut(named)])).get(named.uploadKey)
  expect(reply?.refused).toMatchObject({ reason: 'BAD_NAME', shortage: null })
})

test('what another node tells goes on as it came', () => {
  const metadata = new Metadata()
  metadata.set('x-upload-reason', 'DISK_FULL')
  metadata.set('x-upload-needed-bytes', '12')
  metadata.set('x-upload-left-bytes', '3')
  const told = Object.assign(new Error('Full.'), { code: status.RESOURCE_EXHAUSTED, details: 'Full.', metadata })
  expect(toReceiveErrorOfPeer(told)).toMatchObject({
    code: 'DISK_FULL',
    message: 'Full.',
    shortage: { neededBytes: 12, leftBytes: 3 },
  })
})
