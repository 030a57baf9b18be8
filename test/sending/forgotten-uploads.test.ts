import { readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addDevice } from '../../server/devices/device.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const SIZE = 40 * CHUNK_BYTES

/**
 * A receiver that asks for tokens, whose clock can be set forward, and a device of it that began a file and then lost
 * its memory.
 */
async function forgottenUpload() {
  const [here, there] = [tempDir(), tempDir()]
  const clock = { aheadMs: 0 }
  const receiver = await withReceiver(there, {
    tls: { kind: 'own' },
    asksForTokens: true,
    now: () => Date.now() + clock.aheadMs,
  })
  const stateDirectory = join(there, '.longshore')
  const { token } = await addDevice(stateDirectory, { name: 'laptop', mayOverwrite: true }, Date.now())
  const identityPem = readFileSync(join(stateDirectory, 'identity/identity.pem'), 'utf8')
  const certificatePem = identityPem.slice(identityPem.indexOf('-----BEGIN CERTIFICATE'))
  const proxy = await startProxy(() => receiver.port)
  const routeTo = (address: string) => ({
    address,
    security: { kind: 'pinned', certificatePem, token } as const,
  })
  const source = join(here, 'film.bin')
  const md5 = makeFile(source, SIZE)
  const engine = await withEngine({ routeTo })
  proxy.holdAfter(SIZE / 4)
  const address = `127.0.0.1:${proxy.port}`
  await addTo(engine, [source], { receiver: address })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored >= SIZE / 8)
  await engine.close()
  proxy.release()
  await expect.poll(() => receiver.incoming(), { timeout: 60_000 }).toEqual([])
  return { source, md5, address, routeTo, clock, stored: (name: string) => join(there, name) }
}

test('[G7] an upload that this computer has forgotten is found again on the receiver', async () => {
  const { source, md5, address, routeTo, clock, stored } = await forgottenUpload()
  clock.aheadMs = 120_000
  const forgetful = await withEngine({ routeTo })
  await addTo(forgetful, [source], { receiver: address })
  const [done] = await untilKind(forgetful, 'done')
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE - SIZE / 8)
  expect(md5OfFile(stored('film.bin'))).toBe(md5)
})

test('one that somebody may still come back to is not taken: the file is sent whole, beside it', async () => {
  const { source, md5, address, routeTo, stored } = await forgottenUpload()
  const forgetful = await withEngine({ routeTo })
  await addTo(forgetful, [source], { receiver: address })
  const [done] = await untilKind(forgetful, 'done')
  expect(done?.bytesSent).toBeGreaterThanOrEqual(SIZE)
  expect(md5OfFile(stored('film.bin'))).toBe(md5)
})

test('a file of the same name, size and time with other content does not get what is stored of the first', async () => {
  const { source, address, routeTo, clock, stored } = await forgottenUpload()
  const { mtime } = statSync(source)
  const other = makeFile(source, SIZE, 7)
  utimesSync(source, mtime, mtime)
  clock.aheadMs = 120_000
  const forgetful = await withEngine({ routeTo })
  await addTo(forgetful, [source], { receiver: address })
  const [done] = await untilKind(forgetful, 'done')
  expect(done).toMatchObject({ digest: { hex: other }, storedAs: 'film.bin' })
  expect(done?.bytesSent).toBeGreaterThanOrEqual(SIZE)
  expect(md5OfFile(stored('film.bin'))).toBe(other)
})
