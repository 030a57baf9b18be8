import { expect, test } from 'vitest'
import { memoryBytes } from '../base/memory.ts'
import { openFilesLimit } from '../base/open-files.ts'
import { begin, chunksOf, openStream, refusalOf, type Source, source, upload } from '../fixtures/client.ts'
import { receiving, sandbox } from '../fixtures/receiving.ts'
import { startReceiver } from '../receiver.ts'
import { toConfig } from '../settings/flags.ts'
import { toLimits } from './limits.ts'

test('limits have defaults, and what is asked for replaces them', () => {
  expect(toLimits()).toMatchObject({ maxConnections: 1024, maxConnectionsPerAddress: 64, maxOpenUploads: 1000 })
  expect(toLimits({ maxConnections: 7 })).toMatchObject({ maxConnections: 7, maxConnectionsPerAddress: 64 })
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])(
  'a limit of %d is refused with what was got',
  (value) => {
    expect(() => toLimits({ stallMs: value })).toThrow(
      `stallMs takes a whole number from 1 to 2147483647, not ${value}.`,
    )
  },
)

test('[F10] connections and busy uploads leave descriptors over: fewer by default, and refused when more are asked for', () => {
  expect(toLimits({}, 256)).toMatchObject({ maxConnections: 128, maxBusyUploads: 64 })
  expect(toLimits({ maxConnections: 128 }, 256)).toMatchObject({ maxConnections: 128 })
  expect(() => toLimits({ maxConnections: 129 }, 256)).toThrow('too few files for more than 128')
  expect(() => toLimits({ maxBusyUploads: 65 }, 256)).toThrow('too few files for more than 64')
})

test('[A12] all connections together hold half a gibibyte, or half of a smaller memory, unless told otherwise', () => {
  const gibibyte = 2 ** 30
  expect(toLimits().maxHeldBytesInAll).toBe(gibibyte / 2)
  expect(toLimits({}, 256, 64 * gibibyte).maxHeldBytesInAll).toBe(gibibyte / 2)
  expect(toLimits({}, 256, gibibyte / 2).maxHeldBytesInAll).toBe(gibibyte / 4)
  expect(toLimits({ maxHeldBytesInAll: 7 }, 256, gibibyte).maxHeldBytesInAll).toBe(7)
  expect(memoryBytes()).toBeGreaterThan(2 ** 26)
})

test('the process knows how many files it may open', () => {
  expect(openFilesLimit()).toBeGreaterThan(20)
})

test('a receiver with a senseless limit does not start', async () => {
  const starting = startReceiver({
    directory: await sandbox(),
    host: '127.0.0.1',
    port: 0,
    limits: { maxConnections: 0 },
  })
  await expect(starting).rejects.toMatchObject({ code: 'BAD_FLAGS' })
})

const flags = { dir: 'd', port: '0', host: '127.0.0.1', plaintext: true, auth: false, discovery: false }

test('the command line sets limits, and nonsense is refused with what was got', () => {
  const asked = { maxConnections: '2000', maxConnectionsPerAddress: '8', maxOpenUploads: '50' }
  expect(toConfig({ ...flags, ...asked }).limits).toEqual({
    maxConnections: 2000,
    maxConnectionsPerAddress: 8,
    maxOpenUploads: 50,
  })
  for (const text of ['0', '-1', '1.5', 'many', '']) {
    const sentence = `--max-open-uploads takes a whole number from 1 on, not "${text}".`
    expect(() => toConfig({ ...flags, maxOpenUploads: text })).toThrow(sentence)
  }
})

test('[F10] more busy uploads than the receiver keeps files open for are told to come back, and may when one is done', async () => {
  const { client } = await receiving(undefined, { limits: { maxBusyUploads: 4 } })
  const files = ['1', '2', '3'].map((name) => source(name, Buffer.from(name)))
  const streams = []
  for (const file of files.slice(0, 2)) {
    const stream = openStream(client, await begin(client, file))
    stream.call.write(chunksOf(file)[0] ?? {})
    await stream.next()
    streams.push(stream)
  }
  const late = files[2] as Source
  expect(await refusalOf(begin(client, late))).toBe('RESOURCE_EXHAUSTED BUSY')
  streams[0]?.call.end()
  await streams[0]?.acks
  await expect.poll(() => refusalOf(upload(client, late))).toBe('OK')
})
