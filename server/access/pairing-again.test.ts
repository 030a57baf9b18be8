// @module-tag slow

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { PAIR_AGAIN_AFTER_MS } from '../../proto/pairing.ts'
import { newToken } from '../../proto/token.ts'
import { readDevices, revokeDevice } from '../devices/device.ts'
import { begin, chunksOf, finish, md5Of, refusalOf, send, source } from '../fixtures/client.ts'
import { filesIn } from '../fixtures/receiving.ts'
import { pairingWith, type Secured, secured } from '../fixtures/secured.ts'
import { invite } from './pairing.ts'

/** Pairs as an honest device does, with a code of its own. */
async function paired(attic: Secured, formerToken = '') {
  const { code } = await invite(attic.stateDirectory, Date.now())
  const pairing = await pairingWith(attic.receiver.port)
  return pairing.finish(await started(pairing), code, 'laptop', formerToken)
}

/** An address may begin once in a while. */
async function started({ start }: Awaited<ReturnType<typeof pairingWith>>): ReturnType<typeof start> {
  try {
    return await start()
  } catch (error) {
    expect(await refusalOf(Promise.reject(error))).toBe('RESOURCE_EXHAUSTED BUSY')
    await new Promise((resolve) => setTimeout(resolve, PAIR_AGAIN_AFTER_MS))
    return start()
  }
}

test('[H2] a device that was revoked and paired again goes on with what it left unfinished, and no chunk is sent twice', async () => {
  const attic = await secured()
  const [first, stranger] = [await paired(attic), await paired(attic)]
  const file = source('film.mov', randomBytes(4 * CHUNK_BYTES + 5))
  const [a = {}, b = {}, ...rest] = chunksOf(file)
  const before = await attic.clientWith(first.token)
  await send(before, await begin(before, file), [a, b])

  await revokeDevice(attic.stateDirectory, first.deviceId)
  await attic.receiver.lookAtDevices()
  expect(await refusalOf(begin(before, file))).toBe('UNAUTHENTICATED NO_TOKEN')
  const again = await paired(attic, first.token)

  expect(again.deviceId).toBe(first.deviceId)
  expect(again.token).not.toBe(first.token)
  const client = await attic.clientWith(again.token)
  const begun = await begin(client, file)
  expect(begun.stored).toEqual([{ start: '0', end: `${2 * CHUNK_BYTES}` }])
  const acks = await send(client, begun, rest)
  expect(acks.map(({ outcome }) => outcome)).toEqual(rest.map(() => 'STORED'))
  await finish(client, begun, file.data)
  expect(await filesIn(attic.directory)).toEqual({ 'film.mov': md5Of(file.data) })
  // Neither what was revoked nor another device has anything of it.
  expect(await refusalOf(begin(before, file))).toBe('UNAUTHENTICATED NO_TOKEN')
  expect((await begin(await attic.clientWith(stranger.token), file)).stored).toEqual([])
})

test('[H2] a token that was revoked lets nobody in without a new code, whatever is said about it', async () => {
  const attic = await secured()
  const { token, deviceId } = await paired(attic)
  await revokeDevice(attic.stateDirectory, deviceId)
  await attic.receiver.lookAtDevices()
  await invite(attic.stateDirectory, Date.now())
  const pairing = await pairingWith(attic.receiver.port)
  const guess = pairing.finish(await started(pairing), '0'.repeat(16), 'laptop', token)
  expect(await refusalOf(guess)).toBe('UNAUTHENTICATED WRONG_CODE')
  expect(await readDevices(attic.stateDirectory, () => expect.unreachable())).toEqual([])
  const client = await attic.clientWith(token)
  expect(await refusalOf(begin(client, source('a', Buffer.from('abc'))))).toBe('UNAUTHENTICATED NO_TOKEN')
})

test('only the last token of a device makes it the same device; any other makes a new one, which has nothing of it', async () => {
  const attic = await secured()
  const first = await paired(attic)
  const second = await paired(attic, first.token)
  expect(second.deviceId, 'also while it is still paired').toBe(first.deviceId)
  expect(await refusalOf(begin(await attic.clientWith(first.token), source('a', Buffer.alloc(1))))).toMatch('NO_TOKEN')
  for (const other of [first.token, newToken(first.deviceId), 'nonsense', `${first.deviceId}.`, `x${second.token}`])
    expect((await paired(attic, other)).deviceId).not.toBe(first.deviceId)
  const ids = (await readDevices(attic.stateDirectory, () => expect.unreachable())).map(({ id }) => id)
  expect(new Set(ids).size).toBe(6)
  expect(await refusalOf(begin(await attic.clientWith(second.token), source('b', Buffer.alloc(1))))).toBe('OK')
}, 60_000)

test('what a device that is paired again may do comes from the new code alone, also for what it began before', async () => {
  const attic = await secured()
  const rights = { folder: ['ci'], quotaBytes: CHUNK_BYTES, expiresAtMs: Date.now() + 600_000, mayOverwrite: false }
  const before = await attic.device(rights)
  const file = source('a.bin', randomBytes(CHUNK_BYTES))
  await begin(before.client, file)
  const again = await paired(attic, before.token)
  expect(again.deviceId).toBe(before.device.id)
  const [device] = await readDevices(attic.stateDirectory, () => expect.unreachable())
  expect(device).toMatchObject({ name: 'laptop', mayOverwrite: true })
  for (const right of ['folder', 'quotaBytes', 'expiresAtMs']) expect(device).not.toHaveProperty(right)
  const client = await attic.clientWith(again.token)
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  expect((await finish(client, begun, file.data)).storedAs).toBe('a.bin')
})
