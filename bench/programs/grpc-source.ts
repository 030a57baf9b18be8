/**
 * Streams the files at a path to a sink over one connection, in chunks of a mebibyte: `grpc-source.js PORT PATH`.
 * Nothing is hashed.
 */
import { once } from 'node:events'
import { createReadStream, statSync } from 'node:fs'
import { credentials } from '@grpc/grpc-js'
import { channelOptions, FileTransferClient } from '../../proto/index.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { filesBelow } from '../run/files-below.ts'

const [port, path = ''] = process.argv.slice(2)
const client = new FileTransferClient(`127.0.0.1:${port}`, credentials.createInsecure(), channelOptions)
for (const file of statSync(path).isFile() ? [path] : filesBelow(path)) await send(file)
client.close()

function send(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = client.upload((error: Error | null) => (error ? reject(error) : resolve()))
    pump(file, call).catch(reject)
  })
}

async function pump(file: string, call: ReturnType<typeof client.upload>): Promise<void> {
  let offset = 0
  for await (const data of createReadStream(file, { highWaterMark: CHUNK_BYTES })) {
    const hasRoom = call.write({ fileId: file, offset, data })
    offset += data.length
    if (!hasRoom) await once(call, 'drain')
  }
  call.end()
}
