import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import { describe, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startQuirkyServer } from '../support/plain-server.ts'
import { hasPythonGrpc, pythonStubs, runPlainClient, startPlainServer } from '../support/python.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

test('our contract still holds every rpc, message and field of the one that others have', () => {
  const ours = protobuf.loadSync(join(import.meta.dirname, '../../proto/file_transfer.proto'))
  const theirs = protobuf.loadSync(join(import.meta.dirname, 'plain_file_transfer.proto'))
  const messages = ['FileIdentifier', 'FileChunk', 'UploadStatus', 'UploadedChunks', 'FileIntegrityStatus']
  for (const name of messages) {
    const { fields } = theirs.lookupType(`filetransfer.${name}`)
    for (const { id, type, repeated, name: field } of Object.values(fields)) {
      expect(ours.lookupType(`filetransfer.${name}`).fields[field], `${name}.${field}`).toMatchObject({
        id,
        type,
        repeated,
      })
    }
  }
  const rpcs = theirs.lookupService('filetransfer.FileTransferService').methods
  expect(Object.keys(rpcs)).toEqual(['Upload', 'QueryUploadedChunks', 'CheckFileIntegrity'])
  for (const { name, requestType, responseType, requestStream, responseStream } of Object.values(rpcs)) {
    const rpc = ours.lookupService('filetransfer.FileTransferService').methods[name]
    expect(rpc, name).toMatchObject({ requestType, responseType })
    expect([rpc?.requestStream, rpc?.responseStream], name).toEqual([requestStream, responseStream])
  }
})

test('a plain server stores a file under its id, which is told, and that the policy cannot be kept there is said once', async () => {
  const here = tempDir()
  const paths = ['one.bin', 'two.bin'].map((name) => join(here, name))
  for (const path of paths) makeFile(path, 1000)
  const { address, files } = await startQuirkyServer()
  const warnings: string[] = []
  const engine = await withEngine({ warn: ({ message }) => warnings.push(message) })
  await addTo(engine, paths, { receiver: address, onConflict: 'overwrite' })
  const done = await untilKind(engine, 'done')
  expect(done.map(({ storedAs }) => storedAs).sort()).toEqual([...files.keys()].sort())
  expect(warnings).toEqual([expect.stringMatching(/empty folders stay behind.*“overwrite” cannot be kept there/)])
})

test('sources of one name go to a plain server under names of their own', async () => {
  const here = tempDir()
  const paths = ['cam1', 'cam2', 'cam3'].map((folder) => {
    mkdirSync(join(here, folder))
    return join(here, folder, 'clip.mov')
  })
  for (const path of paths) makeFile(path, 1000)
  const { address, names } = await startQuirkyServer()
  const engine = await withEngine()
  await addTo(engine, paths, { receiver: address })
  await untilKind(engine, 'done')
  expect([...names.values()].sort()).toEqual(['clip (2).mov', 'clip (3).mov', 'clip.mov'])
})

describe.skipIf(!hasPythonGrpc())(
  'with a Python program generated from the three-rpc contract (needs python3-grpcio)',
  () => {
    test.each([0, 1, 5_000_000])('its %i bytes, out of order, twice, on two calls, are stored whole', async (size) => {
      const [here, there] = [tempDir(), tempDir()]
      const md5 = makeFile(join(here, 'movie.mkv'), size)
      const receiver = await withReceiver(there)
      const told = await runPlainClient(pythonStubs(), receiver.address, join(here, 'movie.mkv'), 'holiday movie.mkv')
      expect(told).toMatchObject({ before: [], success: true, match: true, server_md5: md5, md5 })
      expect(told.message).toContain(md5)
      expect(told.partial.every(({ success }) => !success)).toBe(true)
      expect(told.between).toEqual(told.offsets.filter((offset) => offset !== told.kept_back))
      expect(told.after).toEqual(told.offsets)
      expect(md5OfFile(join(there, 'holiday movie.mkv'))).toBe(md5)
    })

    test.each([0, 1, 3 * CHUNK_BYTES + 17])('our %i bytes are stored whole by its server', async (size) => {
      const [here, there] = [tempDir(), tempDir()]
      const md5 = makeFile(join(here, 'data.bin'), size)
      const address = await startPlainServer(pythonStubs(), there)
      const warnings: string[] = []
      const engine = await withEngine({ warn: ({ message }) => warnings.push(message) })
      await addTo(engine, [join(here, 'data.bin')], { receiver: address })
      // The server may do with the name what it likes: all that is certain is the id.
      const storedAs = expect.stringMatching(/^[\w-]{16,64}$/)
      expect(await untilKind(engine, 'done')).toMatchObject([{ storedAs, digest: { hex: md5 }, bytesSent: size }])
      expect(md5OfFile(join(there, 'data.bin'))).toBe(md5)
      expect(warnings).toHaveLength(1)
    })

    test('when its server breaks off, we ask what it has and send the rest', async () => {
      const [here, there] = [tempDir(), tempDir()]
      const md5 = makeFile(join(here, 'data.bin'), 12 * CHUNK_BYTES)
      const address = await startPlainServer(pythonStubs(), there, 5)
      const engine = await withEngine()
      await addTo(engine, [join(here, 'data.bin')], { receiver: address })
      const [done] = await untilKind(engine, 'done')
      expect(md5OfFile(join(there, 'data.bin'))).toBe(md5)
      expect(done?.bytesSent).toBeLessThan(24 * CHUNK_BYTES)
    })
  },
)
