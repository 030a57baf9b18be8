/**
 * The sending end of the floor: `floor-sender.js PORT PATH DIGEST`. It does what every sender of verified files has to
 * do and nothing else: reads each chunk into memory that is used again, computes its checksum and the digest of the
 * file, sends it over one of a few connections, and compares its digest with that of the receiver. Fails when they
 * differ.
 */
import { statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { Client, credentials } from '@grpc/grpc-js'
import { frameInPlace } from '../../main/engine/net/frame-in-place.ts'
import { newChunkBuffer } from '../../proto/messages/chunk-message.ts'
import { filesBelow } from '../run/files-below.ts'
import {
  CHUNK_BYTES,
  createDigest,
  floorService,
  HEAD_BYTES,
  IN_FLIGHT,
  LANES,
  sameBytes,
  writeHead,
} from './floor-wire.ts'

/** Enough that some are read and sent while another one is synced. */
const FILES_AT_ONCE = 3

/** Memory for one chunk on its way, which always takes the same stream. */
type Slot = { readonly number: number; readonly memory: Buffer; send(message: Buffer): void; stored: () => void }

const [port, path = '', kind = ''] = process.argv.slice(2)
const { begin, chunks, finish } = floorService

const clients = Array.from({ length: LANES }, () => {
  const options = { 'grpc.max_send_message_length': -1, 'grpc.use_local_subchannel_pool': 1 }
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options)
  frameInPlace(client)
  return client
})
const streams = clients.map((client) => client.makeBidiStreamRequest<Buffer, Buffer>(chunks.path, sameBytes, sameBytes))
const slots = Array.from({ length: LANES * IN_FLIGHT }, (_, number): Slot => {
  const memory = newChunkBuffer(HEAD_BYTES + CHUNK_BYTES)
  return { number, memory, send: (message) => streams[number % LANES]?.write(message), stored: () => undefined }
})
const free = [...slots]
const waiting: ((slot: Slot) => void)[] = []

for (const stream of streams) {
  // An error that nobody catches ends the program, which is how it fails.
  stream.on('data', (ack: Buffer) => {
    const slot = slots[ack.readUInt32BE()]
    if (slot === undefined) throw new Error('What never was sent is acknowledged.')
    slot.stored()
    const next = waiting.shift()
    if (next) next(slot)
    else free.push(slot)
  })
}

function takeSlot(): Promise<Slot> | Slot {
  return free.shift() ?? new Promise((resolve) => waiting.push(resolve))
}

function ask(method: string, request: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const answer = (error: Error | null, reply?: Buffer) => (reply ? resolve(reply) : reject(error))
    clients[0]?.makeUnaryRequest<Buffer, Buffer>(method, sameBytes, sameBytes, request, answer)
  })
}

async function readChunk(file: FileHandle, memory: Buffer, length: number, offset: number): Promise<Buffer> {
  const { bytesRead } = await file.read(memory, HEAD_BYTES, length, offset)
  if (bytesRead !== length) throw new Error(`${length} bytes at ${offset} were asked for, and ${bytesRead} came.`)
  return memory.subarray(HEAD_BYTES, HEAD_BYTES + length)
}

async function sendFile(name: string): Promise<void> {
  const [file, digest] = await Promise.all([open(name), createDigest(kind)])
  const { size } = await file.stat()
  const number = await ask(begin.path, Buffer.from(basename(name)))
  const stored: Promise<void>[] = []
  for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
    const slot = await takeSlot()
    const data = await readChunk(file, slot.memory, Math.min(CHUNK_BYTES, size - offset), offset)
    digest.update(data)
    writeHead(slot.memory, { slot: slot.number, file: number.readUInt32BE(), crc: crc32(data), offset })
    stored.push(new Promise((resolve) => Object.assign(slot, { stored: resolve })))
    slot.send(slot.memory.subarray(0, HEAD_BYTES + data.length))
  }
  await Promise.all(stored)
  await file.close()
  const theirs = (await ask(finish.path, number)).toString()
  if (theirs !== digest.hex()) throw new Error(`The digest of ${name} differs from that of what arrived, ${theirs}.`)
}

const names = statSync(path).isFile() ? [path] : filesBelow(path)
async function sendSome(): Promise<void> {
  for (let name = names.shift(); name !== undefined; name = names.shift()) await sendFile(name)
}
await Promise.all(Array.from({ length: FILES_AT_ONCE }, sendSome))
for (const stream of streams) stream.end()
for (const client of clients) client.close()
