import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { ClientHttp2Session } from 'node:http2'
import { join } from 'node:path'
import { credentials, Metadata } from '@grpc/grpc-js'
import { expect, onTestFinished } from 'vitest'
import { channelOptions, FileTransferClient } from '../../proto/index.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { asked, type Client, md5Of } from '../../server/fixtures/client.ts'
import { type RawCall, rawCall, rawSession } from '../../server/fixtures/raw-call.ts'
import { longshoreUnder } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

const CLI = join(import.meta.dirname, '../../out/cli/index.js')

/** What a receiver may take at most, whatever is done to it, MiB. */
const MOST_MIB = 400

/** A receiver in a process of its own that asks callers for tokens. */
export type AskingReceiver = {
  readonly port: number
  /** Where its files go. */
  readonly directory: string
  readonly statusPort: number | undefined
  /** What it said on standard error, but for the warnings with which it starts. */
  errors(): string
  /** The most that it ever had resident, MiB; 0 where that is not known. */
  peakMib(): number
  /** A new device: its token. */
  token(): string
}

/** @param openFiles what the process may have open; its own limit when not given */
export async function startAsking(flags: readonly string[] = [], openFiles?: number): Promise<AskingReceiver> {
  const directory = join(tempDir(), 'box')
  const program = openFiles === undefined ? [] : ['prlimit', `--nofile=${openFiles}:${openFiles}`]
  const where = ['--dir', directory, '--port', '0', '--host', '127.0.0.1', '--plaintext', '--no-discovery', '--json']
  const receiver = longshoreUnder({ program }, 'receive', ...where, ...flags)
  const { port, statusPort } = await receiver.event('listening')
  let devices = 0
  return {
    port: Number(port),
    directory,
    statusPort: statusPort === undefined ? undefined : Number(statusPort),
    errors: () => receiver.errors().replaceAll(/^Warning: .*\n/gm, ''),
    peakMib: () => peakMib(receiver.child.pid ?? 0),
    token: () =>
      execFileSync(process.execPath, [CLI, 'token', 'create', '--dir', directory, '--name', `device ${++devices}`], {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .toString()
        .trim(),
  }
}

/** What a call has to show. */
export function showing(token: string): Metadata {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

/** A client with a connection of its own. */
export function clientOf({ port }: Pick<AskingReceiver, 'port'>): Client {
  const client = new FileTransferClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    ...channelOptions,
    'grpc.use_local_subchannel_pool': 1,
  })
  onTestFinished(() => client.close())
  return client
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

function peakMib(pid: number): number {
  const path = `/proc/${pid}/status`
  if (!existsSync(path)) return 0
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(path, 'utf8'))?.[1]) / 1024
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
export function crowd(
  { port }: AskingReceiver,
  connections: number,
  from: (index: number) => string,
): ClientHttp2Session[] {
  return Array.from({ length: connections }, (_, index) => rawSession(port, from(index)))
}

/** Fails when a device is not served, or the receiver ever had too much in memory or met what it did not expect. */
export async function mustServe(receiver: AskingReceiver, token: string): Promise<void> {
  await sendAs(clientOf(receiver), token)
  expect(receiver.peakMib()).toBeLessThan(MOST_MIB)
  expect(receiver.errors()).toBe('')
}
