import type { ClientHttp2Session } from 'node:http2'
import { Metadata } from '@grpc/grpc-js'
import { expect } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { asked, type Client, md5Of } from '../../server/fixtures/client.ts'
import { type RawCall, rawCall, rawSession } from '../../server/fixtures/raw-call.ts'
import { clientOf } from '../../server/fixtures/receiving.ts'
import type { Victim } from './receiver.ts'

/** What a receiver may take at most, whatever is done to it, MiB. */
const MOST_MIB = 400

/** What a call has to show. */
export function showing(token: string): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

let files = 0

/** Sends a file of a chunk as a plain client would; fails when it is not stored. */
export async function sendAs(client: Client, token: string): Promise<void> {
  const data = Buffer.alloc(CHUNK_BYTES, ++files)
  const status = await asked<{ readonly success: boolean; readonly message: string }>((done) => {
    const call = client.upload(showing(token), done)
    call.write({ fileId: `honest-${files}`, offset: 0, totalSize: data.length, data, chunkMd5: md5Of(data) })
    call.end()
  })
  if (!status.success) throw new Error(status.message)
}

/** A field of a message that has a length: bytes, text or another message. */
export function field(number: number, data: Uint8Array): Buffer {
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])
  return Buffer.concat([Buffer.from([number * 8 + 2, ...varint(data.length)]), data])
}

/** Opens a call by its whole path. */
export function callOf(
  session: ClientHttp2Session,
  path: string,
  token?: string,
  more: Record<string, string> = {},
): RawCall {
  return rawCall(session, '', {
    ...more,
    ':path': path,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  })
}

/** The path of a call of the file transfer service. */
export const callPath = (rpc: string) => `/filetransfer.FileTransferService/${rpc}`

/** Opens connections that never end a call, from addresses of their own. */
export function crowd({ port }: Victim, connections: number, from: (index: number) => string): ClientHttp2Session[] {
  return Array.from({ length: connections }, (_, index) => rawSession(port, from(index)))
}

/** Fails when a device is not served, or the receiver ever had too much in memory or met what it did not expect. */
export async function mustServe(receiver: Victim, token: string): Promise<void> {
  await sendAs(clientOf(receiver), token)
  expect(receiver.peakMib() ?? 0).toBeLessThan(MOST_MIB)
  expect(receiver.errors()).toBe('')
}
