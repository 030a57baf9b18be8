import { randomBytes } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { digestText, toldDigest } from '../../proto/digest/digest-forms.ts'
import { kindOnWire } from '../../proto/digest/digest-messages.ts'
import { type DigestKind, digestKinds } from '../../proto/digests.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import {
  asked,
  begin,
  chunksOf,
  finish,
  md5Of,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../fixtures/client.ts'
import { digestOfAll, fieldsOf, finishWith } from '../fixtures/digests.ts'
import { put, toPut } from '../fixtures/put.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import type { StoredEvent } from '../receiver.ts'
import { readReceivedLog, receivedLogOf } from '../upkeep/received-log.ts'

const wrongHex = { md5: 'f'.repeat(32), xxh128: 'f'.repeat(32), sha256: 'f'.repeat(64) } as const

const others = digestKinds.flatMap((one) =>
  digestKinds.filter((other) => other !== one).map((other): [DigestKind, DigestKind] => [one, other]),
)

test('a receiver tells which digests it knows, and MD5 for senders that were told nothing else', async () => {
  const { client } = await receiving()
  expect(await asked((done) => client.getReceiverInfo({}, done))).toMatchObject({
    digests: ['MD5', 'XXH128', 'SHA256'],
    defaultDigest: 'MD5',
  })
})

test('a receiver tells the digest that was chosen for it, and a sender that says nothing of digests goes by MD5', async () => {
  const { client } = await receiving(undefined, { defaultDigest: 'xxh128' })
  expect(await asked((done) => client.getReceiverInfo({}, done))).toMatchObject({ defaultDigest: 'XXH128' })
  const file = source('a.bin', randomBytes(10))
  const begun = await begin(client, file)
  expect(begun.digestKind).toBe('MD5')
  await send(client, begun, chunksOf(file))
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data), digestKind: 'MD5', digest: '' })
})

test.each(digestKinds)(
  'a file is verified by %s, which the answer, the log and whoever listens are told',
  async (kind) => {
    const { client, directory, receiver } = await receiving()
    const stored: StoredEvent[] = []
    receiver.onStored((file) => stored.push(file))
    const file = source('a.bin', randomBytes(3 * CHUNK_BYTES + 5))
    const digest = await digestOfAll(kind, file.data)

    const begun = await begin(client, file, { digestKind: kindOnWire(kind) })
    expect(begun.digestKind).toBe(kindOnWire(kind))
    // The last chunk comes first, so that a part is read again.
    await send(client, begun, chunksOf(file).reverse())
    const fields = await fieldsOf(kind, file.data)
    const finished = await finishWith(client, begun, fields)

    expect(finished).toEqual({
      storedAs: 'a.bin',
      size: String(file.data.length),
      md5: '',
      digestKind: 'MD5',
      digest: '',
      ...fields,
    })
    expect(await finishWith(client, begun, fields)).toEqual(finished)
    expect((await begin(client, file)).finished).toEqual(finished)
    expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
    expect(stored).toEqual([{ name: 'a.bin', bytes: file.data.length, ...toldDigest(digest) }])
    const [line = ''] = (await readFile(receivedLogOf(directory), 'utf8')).split('\n')
    const kept = kind === 'md5' ? { md5: digest.hex } : { digest: digestText(digest) }
    expect(JSON.parse(line)).toEqual({ path: 'a.bin', size: file.data.length, ...kept, finishedAt: expect.any(String) })
    expect([...(await readReceivedLog(receivedLogOf(directory))).values()]).toMatchObject([{ digest }])
  },
)

test.each(digestKinds)(
  'a wrong %s at the end is damage: nothing is published, and all is to be sent again',
  async (kind) => {
    const { client, directory } = await receiving()
    const file = source('a.bin', randomBytes(CHUNK_BYTES))
    const begun = await begin(client, file, { digestKind: kindOnWire(kind) })
    await send(client, begun, chunksOf(file))
    const { hex } = await digestOfAll(kind, Buffer.from('other'))
    const wrong = kind === 'md5' ? { md5: hex } : { digestKind: kindOnWire(kind), digest: hex }
    expect(await refusalOf(finishWith(client, begun, wrong))).toBe('DATA_LOSS FINAL_CHECKSUM')
    expect(await filesIn(directory)).toEqual({})
    expect((await begin(client, file, { digestKind: kindOnWire(kind) })).stored).toEqual([])
  },
)

test.each(others)(
  'an upload that was begun for %s and is begun again for %s keeps what is stored and goes by the latter',
  async (one, other) => {
    const { client } = await receiving()
    const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
    const [first, ...rest] = chunksOf(file)
    const before = await begin(client, file, { digestKind: kindOnWire(one) })
    await send(client, before, [first ?? {}])

    const after = await begin(client, file, { digestKind: kindOnWire(other) })

    expect(after).toMatchObject({ digestKind: kindOnWire(other), stored: [{ start: '0', end: String(CHUNK_BYTES) }] })
    await send(client, after, rest)
    const former = finishWith(client, after, await fieldsOf(one, file.data))
    expect(await refusalOf(former)).toBe('INVALID_ARGUMENT BAD_HASH_FORMAT')
    expect(await finishWith(client, after, await fieldsOf(other, file.data))).toMatchObject(
      await fieldsOf(other, file.data),
    )
    const late = finishWith(client, after, await fieldsOf(one, file.data))
    expect(await refusalOf(late)).toBe('FAILED_PRECONDITION PARAMS_CHANGED')
  },
)

test.each(digestKinds)('what an upload is verified by (%s) is known after a restart', async (kind) => {
  const within = await sandbox()
  const first = await receiving(within)
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(first.client, file, { digestKind: kindOnWire(kind) })
  await send(first.client, begun, chunksOf(file))
  await first.receiver.close()

  const { client } = await receiving(within)
  expect(await finishWith(client, begun, await fieldsOf(kind, file.data))).toMatchObject(
    await fieldsOf(kind, file.data),
  )
})

test.each(digestKinds)('small files go by %s, and a damaged one is refused for itself', async (kind) => {
  const { client, directory } = await receiving()
  const [good, bad] = [source('good', randomBytes(70)), source('bad', randomBytes(70))]
  const replies = await put(client, [
    toPut(good, await fieldsOf(kind, good.data)),
    toPut(bad, await fieldsOf(kind, good.data)),
  ])
  expect(replies.get(good.uploadKey)?.finished).toMatchObject(await fieldsOf(kind, good.data))
  expect(replies.get(bad.uploadKey)?.refused?.reason).toBe('FINAL_CHECKSUM')
  expect(await filesIn(directory)).toEqual({ good: md5Of(good.data) })
})

test.each(digestKinds)('a small file that replaces another one goes by %s, too', async (kind) => {
  const { client, directory } = await receiving()
  await upload(client, source('a', Buffer.from('before')))
  const file = source('a', randomBytes(70))
  const fields = await fieldsOf(kind, file.data)
  const replies = await put(client, [toPut(file, { onConflict: 'OVERWRITE', ...fields })])
  expect(replies.get(file.uploadKey)?.finished).toMatchObject({ storedAs: 'a', ...fields })
  expect(await filesIn(directory)).toEqual({ a: md5Of(file.data) })
})

test.each(digestKinds)(
  'a file that is there already is told with the digest that its sender wants, %s',
  async (kind) => {
    const { client } = await receiving()
    const data = randomBytes(CHUNK_BYTES + 3)
    await upload(client, source('a.bin', data))
    const { hex: sha256 } = await digestOfAll('sha256', data)
    const reply = await begin(client, source('a.bin', data), {
      onConflict: 'SKIP_SAME',
      sha256,
      digestKind: kindOnWire(kind),
    })
    expect(reply.finished).toMatchObject({ storedAs: 'a.bin', ...(await fieldsOf(kind, data)) })
  },
)

test.each(digestKinds)(
  'CheckFileIntegrity computes the MD5 of a file that was verified by %s, and finds damage',
  async (kind) => {
    const { client, directory } = await receiving()
    const file = source('a.bin', randomBytes(CHUNK_BYTES + 3))
    const begun = await begin(client, file, { digestKind: kindOnWire(kind) })
    await send(client, begun, chunksOf(file))
    await finishWith(client, begun, await fieldsOf(kind, file.data))
    const check = (clientMd5: string) =>
      asked((done) => client.checkFileIntegrity({ fileId: begun.fileId, clientMd5 }, done))
    const md5 = md5Of(file.data)

    expect(await check('')).toMatchObject({ match: true, serverMd5: md5, clientMd5: kind === 'md5' ? md5 : '' })
    expect(await check(md5)).toMatchObject({ match: true, serverMd5: md5, clientMd5: md5 })
    expect(await check(wrongHex.md5)).toMatchObject({ match: false, serverMd5: md5 })
    await overwriteFirstByte(directory, 'a.bin')
    expect(await check('')).toMatchObject({ match: false, serverMd5: expect.not.stringMatching(md5) })
  },
)

test('a three-RPC client gets its MD5 whatever the receiver wants of others', async () => {
  const { client } = await receiving(undefined, { defaultDigest: 'sha256' })
  const data = Buffer.from('plain')
  expect(await sendPlain(client, [{ fileId: 'p', totalSize: 5, data }])).toMatchObject({
    success: true,
    message: `Stored as p, 5 bytes, MD5 ${md5Of(data)}`,
  })
})

const malformed: readonly [string, object][] = [
  ['nothing', {}],
  ['an MD5 that is too short', { md5: 'f'.repeat(31) }],
  ['an MD5 that is no hex', { md5: 'g'.repeat(32) }],
  ['an XXH128 as long as a SHA-256', { digestKind: 'XXH128', digest: wrongHex.sha256 }],
  ['a SHA-256 as long as an MD5', { digestKind: 'SHA256', digest: wrongHex.md5 }],
  ['no hex', { digestKind: 'XXH128', digest: '' }],
  ['an MD5 in the field of the others', { digest: wrongHex.md5 }],
  ['a kind of a later version', { digestKind: 7, digest: wrongHex.md5 }],
]

test.each(malformed)('%s is no digest', async (_, fields) => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(10))
  const begun = await begin(client, file, { digestKind: 'XXH128' })
  await send(client, begun, chunksOf(file))
  expect(await refusalOf(finishWith(client, begun, fields))).toBe('INVALID_ARGUMENT BAD_HASH_FORMAT')
  const small = source('b.bin', randomBytes(10))
  const replies = await put(client, [toPut(small, { md5: '', ...fields })])
  expect(replies.get(small.uploadKey)?.refused?.reason).toBe('BAD_HASH_FORMAT')
  expect(await filesIn(directory)).toEqual({})
})

test('an upload cannot be begun for a digest of a later version', async () => {
  const { client } = await receiving()
  const begun = begin(client, source('a.bin', randomBytes(10)), { digestKind: 7 })
  await expect(begun).rejects.toThrow('knows no digest of kind 7, only MD5, XXH128, SHA256')
  expect(await refusalOf(begun)).toBe('INVALID_ARGUMENT BAD_HASH_FORMAT')
})

async function overwriteFirstByte(directory: string, name: string): Promise<void> {
  const file = await open(join(directory, name), 'r+')
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, 0)
  await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, 0)
  await file.close()
}
