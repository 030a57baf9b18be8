/**
 * The receiving end of the floor: `floor-receiver.js FOLDER DIGEST`. It does what every receiver of verified files has
 * to do and nothing else: checks each chunk, writes it at its offset, acknowledges it, computes the digest of the file
 * in order from memory, and syncs the file at its end. Prints its port; ends at SIGTERM.
 */
import { mkdirSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { Server as GrpcServer, type ServerDuplexStream, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import {
  ACK_BYTES,
  CHUNK_BYTES,
  createDigest,
  type Digest,
  floorService,
  HEAD_BYTES,
  IN_FLIGHT,
  readHead,
} from './floor-wire.ts'
import { listenWithGrpc } from './grpc-listen.ts'

/** `hashed` bytes are in the digest; chunks that came `ahead` of their turn, by offset, are not. */
type Stored = {
  readonly handle: FileHandle
  readonly digest: Digest
  hashed: number
  readonly ahead: Map<number, Buffer>
}

/** Twice what one stream has on its way, so that the sender never waits for room. */
const WINDOW_BYTES = 2 * IN_FLIGHT * CHUNK_BYTES

const [folder = '', kind = ''] = process.argv.slice(2)
const files: Stored[] = []

/** Chunks that came before their turn stay in memory, and are not read back. */
function hashInOrder(file: Stored, offset: number, data: Buffer): void {
  file.ahead.set(offset, data)
  for (let next = file.ahead.get(file.hashed); next !== undefined; next = file.ahead.get(file.hashed)) {
    file.ahead.delete(file.hashed)
    file.digest.update(next)
    file.hashed += next.length
  }
}

/** Rejects when the chunk is damaged or cannot be written. */
async function store(message: Buffer): Promise<void> {
  const { file: number, crc, offset } = readHead(message)
  const data = message.subarray(HEAD_BYTES)
  const file = files[number]
  if (file === undefined || crc32(data) !== crc) throw new Error(`The chunk at ${offset} is damaged.`)
  const { bytesWritten } = await file.handle.write(data, 0, data.length, offset)
  if (bytesWritten !== data.length) throw new Error(`The chunk at ${offset} was written in part.`)
  hashInOrder(file, offset, data)
}

function chunks(call: ServerDuplexStream<Buffer, Buffer>): void {
  let writing = 0
  let hasEnded = false
  const endWhenWritten = () => {
    if (hasEnded && writing === 0) call.end()
  }
  call.on('data', (message: Buffer) => {
    writing += 1
    if (writing >= IN_FLIGHT) call.pause()
    // An error that nobody catches ends the program, which is how it fails.
    void store(message).then(() => {
      writing -= 1
      call.write(message.subarray(0, ACK_BYTES))
      call.resume()
      endWhenWritten()
    })
  })
  call.on('end', () => {
    hasEnded = true
    endWhenWritten()
  })
}

async function begin(name: Buffer): Promise<Buffer> {
  const [handle, digest] = await Promise.all([open(join(folder, name.toString()), 'wx'), createDigest(kind)])
  const number = Buffer.alloc(4)
  number.writeUInt32BE(files.push({ handle, digest, hashed: 0, ahead: new Map() }) - 1)
  return number
}

async function finish(number: Buffer): Promise<Buffer> {
  const file = files[number.readUInt32BE()]
  if (file === undefined) throw new Error('It never began.')
  await file.handle.datasync()
  await file.handle.close()
  return Buffer.from(file.digest.hex())
}

function unary(answer: (request: Buffer) => Promise<Buffer>) {
  return ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) =>
    void answer(request).then((reply) => done(null, reply), done)
}

mkdirSync(folder, { recursive: true })
const grpc = new GrpcServer({ 'grpc.max_receive_message_length': -1 })
grpc.addService(floorService, { begin: unary(begin), chunks, finish: unary(finish) })
await listenWithGrpc(grpc, WINDOW_BYTES)
