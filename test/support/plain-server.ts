import { createHash } from 'node:crypto'
import { Server, type ServerReadableStream, type ServiceError, type sendUnaryData } from '@grpc/grpc-js'
import type { FileChunk } from '../../proto/generated/filetransfer/FileChunk.ts'
import type { FileIdentifier } from '../../proto/generated/filetransfer/FileIdentifier.ts'
import type { UploadStatusInput } from '../../proto/generated/filetransfer/UploadStatus.ts'
import { fileTransferService } from '../../proto/index.ts'
import { bound } from './net/bound.ts'

type Upload = ServerReadableStream<FileChunk, UploadStatusInput>
type Answer = sendUnaryData<UploadStatusInput>

/** What a plain server does instead of what it should. */
export type Quirks = {
  /**
   * Takes over the `Upload` call of this number, from 1 on, with everything that it says; false for one that is served
   * as it should be.
   */
  readonly upload?: (call: Upload, answer: Answer, count: number, server: PlainServer) => boolean
  /** What it answers when it is asked what is stored; undefined for what is. */
  readonly query?: (fileId: string) => ServiceError | { readonly offsets: readonly (number | string)[] } | undefined
  /** True for a question that is never answered. */
  readonly isMute?: (rpc: 'QueryUploadedChunks' | 'CheckFileIntegrity') => boolean
}

/** A server of the first three rpcs alone, in this process, that keeps files in memory. */
export type PlainServer = {
  readonly address: string
  /** What each file holds, by its id: the data of chunks by their offsets. */
  readonly files: Map<string, Map<number, Buffer>>
  /** The name that was told for each file, by its id. */
  readonly names: Map<string, string>
  /** Every chunk that came, in order. */
  readonly chunks: FileChunk[]
  /** How often each rpc was called. */
  readonly calls: Record<'Upload' | 'QueryUploadedChunks' | 'CheckFileIntegrity', number>
  /** Keeps a chunk; answers how many bytes of its file are there. */
  keep(chunk: FileChunk): number
}

/** Starts one that ends with the test. */
export async function startQuirkyServer(quirks: Quirks = {}): Promise<PlainServer> {
  const server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 ** 2 })
  const files = new Map<string, Map<number, Buffer>>()
  const calls = { Upload: 0, QueryUploadedChunks: 0, CheckFileIntegrity: 0 }
  const plain = {
    address: '',
    files,
    names: new Map<string, string>(),
    chunks: [] as FileChunk[],
    calls,
    keep(chunk: FileChunk) {
      plain.chunks.push(chunk)
      const file = files.get(chunk.fileId) ?? new Map<number, Buffer>()
      files.set(chunk.fileId, file.set(Number(chunk.offset), chunk.data))
      return [...file.values()].reduce((bytes, { length }) => bytes + length, 0)
    },
  }
  const contentOf = (fileId: string): Buffer =>
    Buffer.concat([...(files.get(fileId) ?? [])].sort(([a], [b]) => a - b).map(([, data]) => data))
  server.addService(fileTransferService, {
    upload(call: Upload, answer: Answer) {
      calls.Upload++
      if (quirks.upload?.(call, answer, calls.Upload, plain)) return
      let isWhole = false
      call.on('data', (chunk: FileChunk) => {
        isWhole = plain.keep(chunk) === Number(chunk.totalSize)
      })
      call.on('end', () => answer(null, { success: isWhole, message: isWhole ? 'stored' : 'bytes are missing' }))
    },
    queryUploadedChunks({ request }: { request: FileIdentifier }, answer: sendUnaryData<object>) {
      calls.QueryUploadedChunks++
      plain.names.set(request.fileId, request.fileName)
      if (quirks.isMute?.('QueryUploadedChunks')) return
      const told = quirks.query?.(request.fileId)
      if (told instanceof Error) return answer(told)
      if (told !== undefined) return answer(null, told)
      answer(null, { offsets: [...(files.get(request.fileId)?.keys() ?? [])] })
    },
    checkFileIntegrity({ request }: { request: FileIdentifier }, answer: (error: null, reply: object) => void) {
      calls.CheckFileIntegrity++
      if (quirks.isMute?.('CheckFileIntegrity')) return
      const serverMd5 = createHash('md5').update(contentOf(request.fileId)).digest('hex')
      answer(null, { match: true, serverMd5, clientMd5: '', message: '' })
    },
  })
  plain.address = `127.0.0.1:${await bound(server)}`
  return plain
}
