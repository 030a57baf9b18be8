import { expect, test } from 'vitest'
import type { BeginUploadReply } from '../../proto/generated/filetransfer/BeginUploadReply.ts'
import { fileTransferService } from '../../proto/index.ts'
import { asked, connect, source } from '../../server/fixtures/client.ts'
import { framed } from '../../server/fixtures/raw-call.ts'
import {
  callBlock,
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  HELLO,
  rawConnection,
} from '../../server/fixtures/raw-frames.ts'
import { type Chance, chanceFor, sizeOf } from '../faults/run-size.ts'
import { startVictim } from './receiver.ts'

const FOR_MS = sizeOf({ short: 8_000, full: 60_000 })
const CONNECTIONS = 4
/** The longest frame that HTTP/2 takes when nothing else was agreed upon. */
const FRAME_BYTES = 16_384

const rpcs = Object.values(fileTransferService)
  .map(({ path }) => path.split('/').at(-1) ?? '')
  .sort()

/** A request of each rpc that would do something, for an upload that is open. */
function requestsFor({ fileId, generation }: BeginUploadReply, chance: Chance): Record<string, object> {
  const data = Buffer.alloc(chance.below(300), 1)
  const named = { fileId, generation }
  return {
    BeginUpload: { uploadKey: `fuzz-key-${'x'.repeat(chance.below(60))}`, path: ['a', 'b.bin'], size: chance.below(9) },
    UploadChunks: { ...named, offset: 0, data, crc32: chance.below(2 ** 32) },
    FinishUpload: { ...named, md5: 'd41d8cd98f00b204e9800998ecf8427e' },
    AbortUpload: { uploadKey: 'fuzz-key-of-nobody' },
    MakeFolder: { path: ['folder', `${chance.below(5)}`] },
    CheckPaths: { paths: [{ path: ['a', `${chance.below(5)}`], size: chance.below(9) }, { path: ['..', 'b'] }] },
    Upload: { fileId: `plain${chance.below(5)}`, offset: chance.below(900), totalSize: 1000, data },
    QueryUploadedChunks: { fileId: `plain${chance.below(5)}` },
    CheckFileIntegrity: { fileId: `plain${chance.below(5)}`, clientMd5: 'x'.repeat(chance.below(40)) },
  }
}

/** A varint, also far too long a one. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))]
}

/** One field as protobuf writes it, with any number and any wire type. */
function anyField(chance: Chance, depth: number): Buffer {
  const tag = (wireType: number) => Buffer.from(varint(8 * (1 + chance.below(12)) + wireType))
  const delimited = (body: Buffer) => Buffer.concat([tag(2), Buffer.from(varint(body.length)), body])
  switch (chance.below(8)) {
    case 0:
      return delimited(Buffer.alloc(chance.below(20_000), 97))
    case 1:
      return depth > 6 ? tag(7) : delimited(anyFields(chance, depth + 1))
    case 2:
      return Buffer.concat([tag(3), depth > 6 ? Buffer.alloc(0) : anyFields(chance, depth + 1), tag(4)])
    case 3:
      return Buffer.alloc(chance.below(9_000), tag(3))
    case 4:
      return delimited(Buffer.alloc(chance.below(9_000), Buffer.from(varint(chance.below(2 ** 30)))))
    case 5:
      return Buffer.concat([tag(0), Buffer.from(varint(chance.below(2 ** 31)))])
    case 6:
      return Buffer.concat([tag(chance.below(2) === 0 ? 1 : 5), randomBytes(chance, 9)])
    default: {
      const element = Buffer.from([8 * (1 + chance.below(8)) + 2, 0])
      return Buffer.alloc(2 * chance.below(20_000), element)
    }
  }
}

/**
 * Well-formed more often than not: repeated fields by the hundred thousand, long texts, groups in groups, packed
 * numbers, wrong wire types.
 */
function anyFields(chance: Chance, depth = 0): Buffer {
  return Buffer.concat(Array.from({ length: 1 + chance.below(3) }, () => anyField(chance, depth)))
}

function messageOf(rpc: string, begun: BeginUploadReply, chance: Chance): Buffer {
  const method = Object.values(fileTransferService).find(({ path }) => path.endsWith(`/${rpc}`))
  const serialize = method?.requestSerialize as ((request: object) => Buffer) | undefined
  return serialize?.(requestsFor(begun, chance)[rpc] ?? {}) ?? Buffer.alloc(0)
}

const randomBytes = (chance: Chance, most: number) =>
  Buffer.from(Array.from({ length: chance.below(most) }, () => chance.below(256)))

/** Bits flipped, a piece cut out, a piece doubled, or nothing of that. */
function mutated(data: Buffer, chance: Chance): Buffer {
  const copy = Buffer.from(data)
  if (copy.length === 0) return copy
  const at = chance.below(copy.length)
  switch (chance.below(5)) {
    case 0:
      return copy.subarray(0, at)
    case 1:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(chance.below(copy.length))])
    case 2:
      return Buffer.concat([copy.subarray(0, at), randomBytes(chance, 12), copy.subarray(at)])
    case 3:
      for (let flips = 1 + chance.below(8); flips > 0; flips--) {
        const place = chance.below(copy.length)
        copy[place] = (copy[place] ?? 0) ^ (1 << chance.below(8))
      }
      return copy
    default:
      return copy
  }
}

/** As many frames as the bytes need. */
function dataFrames(id: number, flags: number, data: Buffer): Buffer[] {
  if (data.length <= FRAME_BYTES) return [frame(FRAME.data, flags, id, data)]
  return [frame(FRAME.data, 0, id, data.subarray(0, FRAME_BYTES)), ...dataFrames(id, flags, data.subarray(FRAME_BYTES))]
}

/** What goes out for one call, frame by frame. */
function callFrames(id: number, begun: BeginUploadReply, chance: Chance): Buffer[] {
  const rpc = rpcs[chance.below(rpcs.length)] ?? ''
  const message = (): Buffer => {
    const known = messageOf(rpc, begun, chance)
    const body = chance.below(9) === 0 ? Buffer.concat([known, anyFields(chance)]) : mutated(known, chance)
    const lies = chance.below(8) === 0 ? { length: chance.below(2 ** 32) } : {}
    return mutated(framed(body, { ...lies, compressed: chance.below(10) === 0 }), chance)
  }
  const messages = Buffer.concat(Array.from({ length: 1 + chance.below(3) }, message))
  const cut = chance.below(messages.length + 1)
  const more = chance.below(5) === 0 ? { 'grpc-encoding': 'gzip', 'grpc-timeout': `${chance.below(99)}m` } : {}
  const frames = [
    frame(FRAME.headers, END_HEADERS, id, callBlock(rpc, more)),
    ...dataFrames(id, 0, messages.subarray(0, cut)),
    ...dataFrames(id, chance.below(3) === 0 ? 0 : END_STREAM, messages.subarray(cut)),
  ]
  if (chance.below(4) === 0) {
    const stray = frame(chance.below(12), chance.below(256), chance.below(2 * id + 2), randomBytes(chance, 60))
    frames.splice(chance.below(frames.length + 1), 0, stray)
  }
  if (chance.below(10) === 0) frames.push(frame(FRAME.rstStream, 0, id, Buffer.from([0, 0, 0, chance.below(14)])))
  return chance.below(12) === 0 ? frames.map((part) => mutated(part, chance)) : frames
}

test('[C22 H12] no message and no frame, however wrong, brings the receiver down', async () => {
  const victim = await startVictim()
  await victim.upload()
  const client = connect(victim.port)
  const { uploadKey, path } = source('target.bin', Buffer.alloc(0))
  const begun = await asked<BeginUploadReply>((done) => client.beginUpload({ uploadKey, path, size: 5_000_000 }, done))
  const [memory, descriptors] = [victim.memoryMib(), victim.descriptors()]
  const until = performance.now() + FOR_MS
  let calls = 0
  let heard = 0

  const abuse = async (number: number): Promise<void> => {
    const chance = chanceFor(`fuzz ${number}`)
    while (performance.now() < until) {
      const { socket, write, closed } = await rawConnection(victim.port, `127.0.0.${10 + number}`)
      socket.on('data', (data: Buffer) => {
        heard += data.length
      })
      await write(chance.below(20) === 0 ? mutated(HELLO, chance) : HELLO)
      const most = 1 + chance.below(60)
      for (let call = 0; call < most && !socket.destroyed && performance.now() < until; call++, calls++) {
        for (const part of callFrames(1 + 2 * call, begun, chance)) await write(part)
        // Lets the receiver answer; not a wait for anything.
        await new Promise((resolve) => setTimeout(resolve, chance.below(4)))
      }
      if (chance.below(2) === 0) socket.end()
      else socket.destroy()
      await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 50))])
      socket.destroy()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, number) => abuse(number)))

  expect(calls).toBeGreaterThan(200)
  expect(heard).toBeGreaterThan(10_000)
  await victim.upload()
  const unfinished = client.listUploads({})
  for await (const { path } of unfinished) expect(path.join('/').length).toBeLessThan(300)
  // What nobody expected would be a warning here.
  expect(victim.errors()).toBe('')
  client.close()
  if (memory === undefined || descriptors === undefined) return
  await expect.poll(() => victim.descriptors(), { timeout: 20_000 }).toBeLessThanOrEqual(descriptors + 2)
  expect((victim.memoryMib() ?? 0) - memory).toBeLessThan(200)
})
