import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { BeginUploadReply } from '../../proto/generated/filetransfer/BeginUploadReply.ts'
import { FileTransferClient } from '../../proto/index.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { asked, type Client } from '../../server/fixtures/client.ts'
import { pinned } from '../../server/fixtures/pinned.ts'

/** How to reach the receiver, and as whom; without a token as a stranger. */
export type Access = { readonly port: number; readonly certificatePem: string; readonly token?: string }

/** A connection of its own that pins the receiver. */
export function connectAs({ port, certificatePem, token }: Access): Client {
  return new FileTransferClient(...pinned(port, certificatePem, token))
}

export const newKey = () => randomBytes(16).toString('hex')

export function begin(client: Client, path: string[], size: number, more: object = {}): Promise<BeginUploadReply> {
  return asked((done) => client.beginUpload({ uploadKey: newKey(), path, size, modifiedAtMs: 1, ...more }, done))
}

/** Chunks of one stream on their way at once. */
const WINDOW_CHUNKS = 16

/** Sends a file on one stream and finishes it. Answers its id. */
export async function upload(client: Client, path: string[], data: Buffer): Promise<string> {
  const { fileId, generation } = await begin(client, path, data.length)
  const call = client.uploadChunks()
  let offset = 0
  const next = (): void => {
    if (offset >= data.length) {
      call.end()
      return
    }
    const piece = data.subarray(offset, offset + CHUNK_BYTES)
    call.write({ fileId, generation, offset, data: piece, crc32: crc32(piece) })
    offset += CHUNK_BYTES
  }
  const stored = new Promise<void>((resolve, reject) => {
    call.on('data', next)
    call.on('error', reject)
    call.on('end', resolve)
  })
  for (let chunk = 0; chunk < WINDOW_CHUNKS; chunk++) next()
  await stored
  const md5 = createHash('md5').update(data).digest('hex')
  for await (const _reply of client.finishUpload({ fileId, generation, md5 }));
  return fileId
}
