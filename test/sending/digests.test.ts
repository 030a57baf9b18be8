import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { EngineOptions, Warning } from '../../main/engine/engine.ts'
import { digestText } from '../../proto/digest/digest-forms.ts'
import { type Digest, type DigestKind, digestKinds } from '../../proto/digests.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { digestOfAll } from '../../server/fixtures/digests.ts'
import { readReceivedLog, receivedLogOf } from '../../server/upkeep/received-log.ts'
import { addTo } from '../support/add-to.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { olderReceiver } from '../support/net/older-receiver.ts'
import { startQuirkyServer } from '../support/plain-server.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

/** A file, a small one and an empty one. */
function threeFiles() {
  const here = tempDir()
  makeFile(join(here, 'set/large.bin'), 3 * CHUNK_BYTES + 7)
  makeFile(join(here, 'set/small.bin'), 700)
  writeFileSync(join(here, 'set/empty'), '')
  return { here, set: join(here, 'set'), names: ['set/empty', 'set/large.bin', 'set/small.bin'] }
}

/** Sends the three files, and answers what the sender calls each verified by. */
async function sendThree(address: string, options: EngineOptions = {}) {
  const { here, set, names } = threeFiles()
  const warnings: Warning[] = []
  const engine = await withEngine({ options, warn: (warning) => warnings.push(warning) })
  await addTo(engine, [set], { receiver: address })
  await untilKind(engine, 'done')
  const told: Record<string, Digest | undefined> = {}
  for (const { path, status } of engine.list()) told[path] = status.kind === 'done' ? status.digest : undefined
  const expected = async (kind: DigestKind): Promise<Record<string, Digest>> => {
    const digests: Record<string, Digest> = {}
    for (const name of names) digests[name] = await digestOfAll(kind, readFileSync(join(here, name)))
    return digests
  }
  return { told, expected, warnings }
}

/** By what each file was verified as the log of a receiving folder has it. */
async function loggedIn(directory: string): Promise<Record<string, string>> {
  const files = await readReceivedLog(receivedLogOf(directory))
  return Object.fromEntries([...files.values()].map(({ path, digest }) => [path, digestText(digest)]))
}

test.each(digestKinds)('files of every size go by %s when their sender wants that', async (digest) => {
  const there = tempDir()
  const { address } = await withReceiver(there)
  const { told, expected, warnings } = await sendThree(address, { digest })
  const digests = await expected(digest)
  expect(told).toEqual(digests)
  expect(await loggedIn(there)).toEqual(
    Object.fromEntries(Object.entries(digests).map(([name, value]) => [name, digestText(value)])),
  )
  expect(warnings).toEqual([])
})

test.each(digestKinds)('a sender that wants nothing takes what the receiver wants: %s', async (defaultDigest) => {
  const { address } = await withReceiver(tempDir(), { defaultDigest })
  const { told, expected, warnings } = await sendThree(address)
  expect(told).toEqual(await expected(defaultDigest))
  expect(warnings).toEqual([])
})

test('what the sender wants counts before what the receiver wants, also when that is MD5', async () => {
  const { address } = await withReceiver(tempDir(), { defaultDigest: 'xxh128' })
  for (const digest of ['md5', 'sha256'] as const) {
    const { told, expected } = await sendThree(address, { digest })
    expect(told).toEqual(await expected(digest))
  }
})

test('to a receiver that knows only MD5 files go by that, and a sender that wants another is told so once', async () => {
  const receiver = await withReceiver(tempDir())
  const address = await olderReceiver(receiver.address)
  const quiet = await sendThree(address)
  expect(quiet.told).toEqual(await quiet.expected('md5'))
  expect(quiet.warnings).toEqual([])

  const { told, expected, warnings } = await sendThree(address, { digest: 'xxh128' })
  expect(told).toEqual(await expected('md5'))
  expect(warnings).toEqual([
    {
      reason: 'MD5_ONLY_RECEIVER',
      message: `${address} does not know XXH128, so that files are verified by MD5 there.`,
      receiver: address,
      wanted: 'xxh128',
    },
  ])
})

test('to a receiver of three rpcs files go by MD5, whatever is wanted', async () => {
  const { address } = await startQuirkyServer()
  const { told, expected, warnings } = await sendThree(address, { digest: 'sha256' })
  expect(told).toEqual(await expected('md5'))
  expect(warnings.map(({ reason }) => reason).sort()).toEqual(['MD5_ONLY_RECEIVER', 'THREE_RPC_RECEIVER'])
})

/** An upload of which a part is stored, under way behind a proxy that holds it. */
async function halfSent(digest: DigestKind) {
  const here = tempDir()
  const source = join(here, 'film.bin')
  makeFile(source, 40 * CHUNK_BYTES)
  const { there, proxy, address } = await heldReceiver(10 * CHUNK_BYTES)
  const resumeStore = memoryResumeStore()
  const engine = await withEngine({ resumeStore, options: { digest } })
  const { ids } = await addTo(engine, [source], { receiver: address })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored >= 5 * CHUNK_BYTES)
  const expected = (kind: DigestKind) => digestOfAll(kind, readFileSync(source))
  return { there, proxy, resumeStore, engine, ids, expected, stored: join(there, 'film.bin'), source }
}

const changes: [DigestKind, DigestKind][] = [
  ['md5', 'xxh128'],
  ['xxh128', 'md5'],
  ['xxh128', 'xxh128'],
  ['sha256', 'xxh128'],
]

test.each(changes)('an upload that was begun by %s and goes on by %s sends nothing twice', async (before, after) => {
  const { engine, ids, proxy, expected, stored, source } = await halfSent(before)
  engine.pause(ids)
  proxy.release()
  engine.setDigest(after)
  engine.resume(ids)
  const [done] = await untilKind(engine, 'done')
  expect(done?.digest).toEqual(await expected(after))
  expect(done?.bytesSent).toBeLessThan(60 * CHUNK_BYTES)
  expect(md5OfFile(stored)).toBe(md5OfFile(source))
})

test.each(changes)(
  'the next run of a sender goes on with an upload that was begun by %s, by %s',
  async (before, after) => {
    const { engine, resumeStore, proxy, expected, stored, source } = await halfSent(before)
    await engine.close()
    proxy.release()
    const reopened = await withEngine({ resumeStore, options: { digest: after } })
    const [done] = await untilKind(reopened, 'done')
    expect(done?.digest).toEqual(await expected(after))
    expect(done?.bytesSent).toBeLessThanOrEqual(35 * CHUNK_BYTES)
    expect(md5OfFile(stored)).toBe(md5OfFile(source))
  },
)

test('a file that was finished by another digest than is wanted now is compared by the former, and not sent again', async () => {
  const [here, { address }] = [tempDir(), await withReceiver(tempDir())]
  const source = join(here, 'a.bin')
  makeFile(source, 3 * CHUNK_BYTES)
  const add = { receiver: address, begunBefore: { uploadKey: 'a-key-of-an-earlier-run' } }
  const first = await withEngine({ options: { digest: 'sha256' } })
  await addTo(first, [source], add)
  await untilKind(first, 'done')
  const second = await withEngine({ options: { digest: 'xxh128' } })
  await addTo(second, [source], add)
  const [done] = await untilKind(second, 'done')
  expect(done).toMatchObject({ bytesSent: 0, digest: await digestOfAll('sha256', readFileSync(source)) })
})

test.each(digestKinds)('with skip-same a file that is there is verified by %s, and not sent', async (digest) => {
  const [here, { address }] = [tempDir(), await withReceiver(tempDir())]
  const source = join(here, 'a.bin')
  makeFile(source, 3 * CHUNK_BYTES)
  for (const bytesSent of [3 * CHUNK_BYTES, 0]) {
    const engine = await withEngine({ options: { digest } })
    await addTo(engine, [source], { receiver: address, onConflict: 'skip-same' })
    const [done] = await untilKind(engine, 'done')
    expect(done).toMatchObject({ bytesSent, digest: await digestOfAll(digest, readFileSync(source)) })
  }
})
