import type { ClientWritableStream } from '@grpc/grpc-js'
import type { FileChunkInput } from '../../proto/generated/filetransfer/FileChunk.ts'
import type { FileIdentifierInput } from '../../proto/generated/filetransfer/FileIdentifier.ts'
import type { UploadedChunks } from '../../proto/generated/filetransfer/UploadedChunks.ts'
import type { Attempt, Finished } from './attempt.ts'
import { cancelSoon } from './cancel.ts'
import { md5Hex } from './digest.ts'
import { fromServiceError, UploadError } from './errors.ts'
import { type OutgoingChunk, outgoingChunks } from './outgoing-chunks.ts'
import { type ByteSpan, type Cut, storedBytes } from './plan.ts'

/** Well below the 4 MiB that gRPC servers accept in a message unless told otherwise. */
const PLAIN_CHUNK_BYTES = 1024 * 1024

/** It names what it has by the offsets of whole chunks, so they are all of one length. */
const plainCut: Cut = { gridBytes: PLAIN_CHUNK_BYTES, chunkBytes: () => PLAIN_CHUNK_BYTES }

/**
 * Sends one file to a receiver that knows only Upload, QueryUploadedChunks and CheckFileIntegrity. It acknowledges no chunk, so progress counts what
 * the connection took; whether the file arrived whole is decided by its MD5 at the end.
 */
export async function sendToPlainReceiver(attempt: Attempt): Promise<Finished> {
  const { record, source, digest, connection, listener, signal } = attempt
  const { sizeBytes } = record.identity
  const storedAs = record.path.join('/')
  // Name and size of a file do not tell it from another, so its random key does.
  const file = { fileId: record.uploadKey, fileName: storedAs }
  const stored = spansOf(await connection.queryChunks(file, signal), sizeBytes)
  const missingBytes = sizeBytes - storedBytes(sizeBytes, PLAIN_CHUNK_BYTES, stored)
  listener.onBegun(sizeBytes - missingBytes, '')

  const chunks = outgoingChunks(attempt, plainCut, stored)
  if (missingBytes > 0 || sizeBytes === 0) await uploadChunks(attempt, file.fileId, chunks)
  for await (const chunk of chunks) chunk.done()

  await source.assertUnchanged()
  listener.onVerifying(0)
  const md5 = digest.hex()
  await verify(attempt, { ...file, clientMd5: md5 })
  return { storedAs, md5 }
}

/** A plain receiver names the offsets of whole chunks as they were sent; one of ours adds the ranges. */
function spansOf({ offsets, ranges }: UploadedChunks, sizeBytes: number): ByteSpan[] {
  if (ranges.length > 0) return ranges.map(({ start, end }) => ({ start: Number(start), end: Number(end) }))
  return offsets
    .map(Number)
    .filter((start) => start % PLAIN_CHUNK_BYTES === 0)
    .sort((a, b) => a - b)
    .map((start) => ({ start, end: Math.min(start + PLAIN_CHUNK_BYTES, sizeBytes) }))
}

async function uploadChunks(
  { record, connection, throttle, stages, listener, signal }: Attempt,
  fileId: string,
  chunks: AsyncIterable<OutgoingChunk>,
): Promise<void> {
  const totalSize = record.identity.sizeBytes
  let call: ClientWritableStream<FileChunkInput> | undefined
  const answered = new AbortController()
  const cancel = (): void => cancelSoon(call)
  const answer = new Promise<void>((resolve, reject) => {
    call = connection.openPlainUpload(fileId, (error, value) => {
      answered.abort()
      if (error) reject(fromServiceError(error))
      else if (value?.success) resolve()
      else reject(new UploadError('INCOMPLETE', `The receiver answered: ${value?.message ?? 'nothing'}`, 'retry'))
    })
  })
  // The answer may come before the last chunk is written, when it is a refusal; then it must not count as unhandled.
  answer.catch(() => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    signal.throwIfAborted()
    if (totalSize === 0)
      await write(call, { fileId, offset: 0, totalSize, data: Buffer.alloc(0), isLast: true }, answered.signal)
    for await (const { offset, data, done, drop } of chunks) {
      const isLast = offset + data.length === totalSize
      await stages.time('limit', () => throttle.take(data.length, record, signal))
      const chunk = { fileId, offset, totalSize, data, chunkMd5: md5Hex(data), isLast }
      await stages.time('acknowledgement', () => write(call, chunk, answered.signal))
      if (answered.signal.aborted) drop()
      else done()
      listener.onSent(data.length)
      listener.onStored(data.length)
      if (answered.signal.aborted) break
    }
    call?.end()
    await answer
  } finally {
    signal.removeEventListener('abort', cancel)
    cancelSoon(call)
  }
}

/** Resolves when the connection took the chunk, or the receiver has answered and will take no more. */
function write(
  call: ClientWritableStream<FileChunkInput> | undefined,
  chunk: FileChunkInput,
  answered: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      answered.removeEventListener('abort', settle)
      resolve()
    }
    if (answered.aborted) return resolve()
    answered.addEventListener('abort', settle, { once: true })
    call?.write(chunk, settle)
  })
}

async function verify({ connection, signal }: Attempt, file: FileIdentifierInput): Promise<void> {
  const { serverMd5, message } = await connection.checkIntegrity(file, signal)
  if (serverMd5.toLowerCase() === file.clientMd5) return
  const said = serverMd5 === '' ? `it computed no MD5 (${message})` : `its MD5 is ${serverMd5}`
  throw new UploadError('FINAL_CHECKSUM', `The receiver did not store the same bytes: ${said}.`, 'retry-once')
}
