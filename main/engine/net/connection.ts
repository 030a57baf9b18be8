import {
  type ChannelOptions,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientWritableStream,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'
import type { DigestOnWire } from '../../../proto/digest/digest-messages.ts'
import type { BeginUploadReply } from '../../../proto/generated/filetransfer/BeginUploadReply.ts'
import type { BeginUploadRequestInput } from '../../../proto/generated/filetransfer/BeginUploadRequest.ts'
import type { CheckPathsReply } from '../../../proto/generated/filetransfer/CheckPathsReply.ts'
import type { CheckPathsRequestInput } from '../../../proto/generated/filetransfer/CheckPathsRequest.ts'
import type { ChunkAck } from '../../../proto/generated/filetransfer/ChunkAck.ts'
import type { ClaimUploadReply } from '../../../proto/generated/filetransfer/ClaimUploadReply.ts'
import type { ClaimUploadRequestInput } from '../../../proto/generated/filetransfer/ClaimUploadRequest.ts'
import type { FileChunkInput } from '../../../proto/generated/filetransfer/FileChunk.ts'
import type { FileIdentifierInput } from '../../../proto/generated/filetransfer/FileIdentifier.ts'
import type { FileIntegrityStatus } from '../../../proto/generated/filetransfer/FileIntegrityStatus.ts'
import type { FinishedFile } from '../../../proto/generated/filetransfer/FinishedFile.ts'
import type { PutFileInput } from '../../../proto/generated/filetransfer/PutFile.ts'
import type { ReceiverInfo } from '../../../proto/generated/filetransfer/ReceiverInfo.ts'
import type { UploadChunkInput } from '../../../proto/generated/filetransfer/UploadChunk.ts'
import type { UploadedChunks } from '../../../proto/generated/filetransfer/UploadedChunks.ts'
import type { UploadStatus } from '../../../proto/generated/filetransfer/UploadStatus.ts'
import { FileTransferClient } from '../../../proto/index.ts'
import { FREE_BYTES_UNKNOWN, UPLOAD_ID_KEY } from '../../../proto/limits.ts'
import { cancelSoon } from '../base/cancel.ts'
import { fromServiceError, isServiceError, UploadError } from '../base/errors.ts'
import { type CongestionWindow, createCongestionWindow } from '../flow/congestion-window.ts'
import { ask } from './ask.ts'
import { channelTo } from './credentials.ts'
import { frameInPlace } from './frame-in-place.ts'
import { introduction, type KnownDigests, onlyMd5, type ReceiverKind } from './introduction.ts'
import type { Route } from './route.ts'
import { createSmallFileStream, type StoredSmallFile } from './small-file-stream.ts'

/** Servers of other makes end a connection that pings more often than every five minutes, ms. */
const THREE_RPC_KEEPALIVE_MS = 5 * 60_000 + 10_000

/** Several connections to one receiver, and its rpcs as promises that fail with an UploadError. */
export type Connection = {
  readonly lanes: number
  /** Shared by all uploads over this connection. */
  readonly congestionWindow: CongestionWindow
  /** Asks once which kind of receiver answers, and remembers. */
  introduce(signal: AbortSignal): Promise<ReceiverKind>
  /** Free bytes on the receiver that no unfinished upload has claimed; undefined when it does not tell this caller. */
  freeBytes(signal: AbortSignal, withinMs: number): Promise<number | undefined>
  begin(request: BeginUploadRequestInput, signal: AbortSignal): Promise<BeginUploadReply>
  /** Verifies and publishes; `onVerified` hears how many bytes the receiver has re-read. */
  finish(
    uploadKey: string,
    request: { fileId: string; generation: string } & DigestOnWire,
    onVerified: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<FinishedFile>
  abort(uploadKey: string, signal: AbortSignal, withinMs?: number): Promise<void>
  /**
   * Asks for an unfinished upload that no sender remembers. A receiver that does not know this call answers
   * UNIMPLEMENTED.
   */
  claim(request: ClaimUploadRequestInput, signal: AbortSignal): Promise<ClaimUploadReply>
  makeFolder(path: readonly string[], signal: AbortSignal): Promise<string>
  /** Asks what would become of names. A receiver that does not know this call answers UNIMPLEMENTED. */
  checkPaths(request: CheckPathsRequestInput, signal: AbortSignal, withinMs: number): Promise<CheckPathsReply>
  /** A stream of chunks. Each new stream uses the next of the connections, whichever upload it serves. */
  openChunks(uploadKey: string): ClientDuplexStream<UploadChunkInput, ChunkAck>
  queryChunks(file: FileIdentifierInput, signal: AbortSignal, withinMs?: number): Promise<UploadedChunks>
  /** Without a deadline: reading a large file again takes long. */
  checkIntegrity(file: FileIdentifierInput, signal: AbortSignal, withinMs?: number): Promise<FileIntegrityStatus>
  openThreeRpcUpload(
    uploadKey: string,
    callback: (error: ServiceError | null, value?: UploadStatus) => void,
  ): ClientWritableStream<FileChunkInput>
  /**
   * The longest file that goes whole among others, bytes: as long as a chunk is now. 0 when the receiver takes none, or
   * has not been asked yet.
   */
  readonly smallFileMaxBytes: number
  /** Another one each time the receiver starts; empty when it does not tell, or has not been asked yet. */
  readonly runId: string
  /** What the receiver can verify files by, as far as it has been asked. */
  readonly digests: KnownDigests
  /** Stores one small file whole, in a stream that it shares with others. */
  sendSmallFile(file: PutFileInput & { uploadKey: string }, signal: AbortSignal): Promise<StoredSmallFile>
  close(): void
}

/** Opens `lanes` connections over `route`, each when it is first used. */
export function connect(route: Route, lanes: number): Connection {
  let clients = Array.from({ length: lanes }, () => newClient(route))
  const client = (lane: number) => clients[lane % lanes] as (typeof clients)[number]
  let nextChannel = 0
  let nextStreamChannel = 0
  // Questions go round the connections too, so that many small files do not queue behind one.
  const anyClient = () => client(nextChannel++)
  let kind: ReceiverKind | undefined
  let smallFileMaxBytes = 0
  let runId = ''
  const congestionWindow = createCongestionWindow()
  let digests = onlyMd5
  const smallFileStream = createSmallFileStream(() => client(nextStreamChannel++).putFiles())

  return {
    lanes,
    congestionWindow,
    async introduce(signal) {
      if (kind !== undefined) return kind
      // Whatever comes next goes over the connection that this opens, and waits for no other one.
      const answer = await introduction(client(nextChannel), signal).catch((error: unknown) => {
        // Another who asked at the same time heard that it is a three-rpc one, and closed what this one asked over.
        if (kind === undefined || signal.aborted) throw error
      })
      if (answer === undefined) return kind ?? 'three-rpc'
      const { kind: asked, ...told } = answer
      smallFileMaxBytes = told.smallFileMaxBytes
      runId = told.runId
      digests = told.digests
      if (kind === undefined && asked === 'three-rpc') {
        for (const open of clients) open.close()
        clients = clients.map(() => newClient(route, { 'grpc.keepalive_time_ms': THREE_RPC_KEEPALIVE_MS }))
      }
      kind ??= asked
      return kind
    },
    async freeBytes(signal, withinMs) {
      const { freeBytes, access } = await ask<Pick<ReceiverInfo, 'freeBytes' | 'access'>>(
        (options, done) => anyClient().getReceiverInfo({}, options, done),
        signal,
        withinMs,
      )
      const isTold = access !== 'PAIRING_NEEDED' && Number(freeBytes) < FREE_BYTES_UNKNOWN
      return isTold ? Number(freeBytes) : undefined
    },
    begin(request, signal) {
      // With a digest to compare, the receiver first reads a file of that size.
      const withinMs = request.sha256 ? Number.POSITIVE_INFINITY : undefined
      return ask(
        (options, done) => anyClient().beginUpload(request, about(request.uploadKey), options, done),
        signal,
        withinMs,
      )
    },
    async finish(uploadKey, request, onVerified, signal) {
      for await (const reply of answers(anyClient().finishUpload(request, about(uploadKey)), signal)) {
        if (reply.finished) return reply.finished
        if (reply.verifying) onVerified(Number(reply.verifying.verifiedBytes))
      }
      throw new UploadError('RECEIVER_ERROR', 'The receiver ended the verification without a result.')
    },
    async abort(uploadKey, signal, withinMs) {
      await ask(
        (options, done) => anyClient().abortUpload({ uploadKey }, about(uploadKey), options, done),
        signal,
        withinMs,
      )
    },
    claim: (request, signal) =>
      ask((options, done) => anyClient().claimUpload(request, about(request.uploadKey), options, done), signal),
    async makeFolder(path, signal) {
      const reply = await ask<{ storedAs: string }>(
        (options, done) => anyClient().makeFolder({ path: [...path] }, options, done),
        signal,
      )
      return reply.storedAs
    },
    checkPaths: (request, signal, withinMs) =>
      ask((options, done) => anyClient().checkPaths(request, options, done), signal, withinMs),
    openChunks: (uploadKey) => client(nextStreamChannel++).uploadChunks(about(uploadKey)),
    queryChunks: (file, signal, withinMs) =>
      ask(
        (options, done) => anyClient().queryUploadedChunks(file, about(file.fileId), options, done),
        signal,
        withinMs,
      ),
    checkIntegrity: (file, signal, withinMs = Number.POSITIVE_INFINITY) =>
      ask((options, done) => anyClient().checkFileIntegrity(file, about(file.fileId), options, done), signal, withinMs),
    get smallFileMaxBytes() {
      return Math.min(smallFileMaxBytes, congestionWindow.chunkBytes())
    },
    get runId() {
      return runId
    },
    get digests() {
      return digests
    },
    sendSmallFile: smallFileStream.send,
    openThreeRpcUpload: (uploadKey, callback) => anyClient().upload(about(uploadKey), callback),
    close() {
      smallFileStream.close()
      for (const open of clients) open.close()
    },
  }
}

/** Tells proxies on the way which upload a call is about. */
function about(uploadKey: string | undefined): Metadata {
  const metadata = new Metadata()
  if (uploadKey) metadata.set(UPLOAD_ID_KEY, uploadKey)
  return metadata
}

function newClient(route: Route, options?: ChannelOptions) {
  const client = new FileTransferClient(...channelTo(route, options))
  frameInPlace(client)
  return client
}

/** The answers of a server stream. The call is cancelled when `signal` aborts, or when the reader stops early. */
async function* answers<T>(call: ClientReadableStream<T>, signal: AbortSignal): AsyncGenerator<T> {
  const cancel = (): void => cancelSoon(call)
  // A call that is cancelled before it is read ends with an error that nobody waits for.
  call.on('error', () => undefined)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    signal.throwIfAborted()
    yield* call as AsyncIterable<T>
  } catch (error) {
    signal.throwIfAborted()
    throw isServiceError(error) ? fromServiceError(error) : error
  } finally {
    signal.removeEventListener('abort', cancel)
    cancelSoon(call)
  }
}
