import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { channelOptions, fileTransferService } from '../proto/index.ts'
import { MAX_MESSAGE_BYTES, PROTOCOL_VERSION, RECEIVE_WINDOW_BYTES } from '../proto/limits.ts'
import type { OnUnexpected } from './answer.ts'
import type { ReceiverConfig } from './config.ts'
import { announceReceiver } from './discovery.ts'
import { hasCode, ReceiveError, receiveErrorFrom, toReceiveError } from './errors.ts'
import { EXPIRE_AFTER_MS, Expiry } from './expiry.ts'
import { type FinishedFile, settlePublication } from './finish.ts'
import { openEmbeddedLedger } from './ledger/embedded.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type ReceiverLimits, toLimits } from './limits.ts'
import { type Listener, listen } from './listener.ts'
import { openFilesLimit } from './open-files.ts'
import { withOpenUploadsCap } from './open-uploads.ts'
import { takePidLock } from './pid-lock.ts'
import { PlainNames } from './plain-names.ts'
import { withReceivedLog } from './received-log.ts'
import { readOrMakeReceiverId } from './receiver-id.ts'
import { STATE_FOLDER } from './safe-path.ts'
import { createService } from './service.ts'
import { Sessions } from './sessions.ts'
import { Space } from './space.ts'
import type { ChunkStore } from './store/chunk-store.ts'
import { openDiskStore } from './store/disk.ts'
import { Watch } from './watch.ts'

/** A file that is complete, verified, durable and under its final name, which is relative to the receiving folder. */
export type StoredEvent = { readonly name: string; readonly bytes: number; readonly md5: string }

/** A receiver that is listening. */
export interface Receiver {
  readonly host: string
  /** The port it really listens on, also when 0 was asked for. */
  readonly port: number
  /** Calls back for each file that is stored from now on. Answers the way to stop that. */
  onStored(listener: (file: StoredEvent) => void): () => void
  /** Takes no new calls, ends the running ones after the chunks they are storing, at most 10 s later, and lets go of the folder. */
  close(): Promise<void>
}

/** How long {@link Receiver.close} waits for calls that are still busy, ms. */
const CLOSE_WITHIN_MS = 10_000
/** Four connections fill a fast network when each is held back by its window. */
const PREFERRED_CONNECTIONS = 4

/**
 * Starts a receiver on a folder, completes what a crash interrupted, and listens.
 *
 * @throws ReceiveError BUSY when another receiver has the folder or the port, STORAGE_NOT_WRITABLE when the folder cannot be used; each with one
 * sentence that names it. BAD_FLAGS for limits that make no sense.
 */
export async function startReceiver(config: ReceiverConfig): Promise<Receiver> {
  const directory = resolve(config.directory)
  const stateDirectory = resolve(config.stateDirectory ?? join(directory, STATE_FOLDER))
  const now = config.now ?? Date.now
  const onUnexpected = config.onUnexpected ?? warn
  const limits = toLimits(config.limits, openFilesLimit())
  const { store, ledger, lock } = await openStorage(directory, stateDirectory, limits, now, onUnexpected)
  const listeners = new Set<(file: StoredEvent) => void>()
  try {
    await settleInterrupted(ledger, store, onUnexpected)
    const space = new Space(() => store.freeBytes())
    const onFinished = ({ storedAs, sizeBytes, md5 }: FinishedFile) => {
      for (const listener of listeners) listener({ name: storedAs, bytes: sizeBytes, md5 })
    }
    const deps = { ledger, store, space, onFinished }
    const sessions = new Sessions(deps, limits.maxBusyUploads)
    const id = await readOrMakeReceiverId(stateDirectory)
    const name = config.name ?? hostname()
    const describe = async () => ({
      id,
      name,
      protocolMin: PROTOCOL_VERSION,
      protocolMax: PROTOCOL_VERSION,
      version: config.version ?? '',
      maxMessageBytes: MAX_MESSAGE_BYTES,
      preferredConnections: PREFERRED_CONNECTIONS,
      freeBytes: await space.freeBytes(),
    })
    const service = createService({ sessions, deps, names: new PlainNames(), now }, describe, onUnexpected)
    const serving = await serve(config, limits, service)
    const expireAfterMs = config.expireAfterMs ?? EXPIRE_AFTER_MS
    const expiry = new Expiry({ sessions, ledger, store, expireAfterMs, now, onUnexpected })
    const announcement = announceReceiver(config, { name, id, port: serving.port, onUnexpected })
    return {
      host: config.host,
      port: serving.port,
      onStored(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      close: once(async () => {
        await announcement?.stop()
        await expiry.close()
        await closeServing(serving, sessions)
        await ledger.close()
        lock.release()
      }),
    }
  } catch (error) {
    await ledger.close()
    lock.release()
    throw error
  }
}

async function openStorage(
  directory: string,
  stateDirectory: string,
  { maxOpenUploads }: ReceiverLimits,
  now: () => number,
  onUnexpected: OnUnexpected,
): Promise<{ store: ChunkStore; ledger: Ledger; lock: FolderLock }> {
  let ledger: Ledger | undefined
  let lock: FolderLock | undefined
  try {
    await mkdir(directory, { recursive: true })
    const store = await openDiskStore(directory)
    lock = lockFolder(directory)
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 })
    ledger = await openEmbeddedLedger(join(stateDirectory, 'ledger'), onUnexpected)
    const logged = await withReceivedLog(ledger, directory, now)
    return { store, ledger: await withOpenUploadsCap(logged, maxOpenUploads, ownerOf), lock }
  } catch (error) {
    await ledger?.close()
    lock?.release()
    if (error instanceof ReceiveError && lock === undefined) throw error
    const known = toReceiveError(error)
    if (known.code === 'BUSY')
      throw receiveErrorFrom(error, 'BUSY', `Another receiver is already using ${stateDirectory}.`)
    const why = hasCode(error, 'EEXIST', 'ENOTDIR') ? 'it is not a folder.' : known.message
    throw receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', `Cannot receive into ${directory}: ${why}`)
  }
}

type FolderLock = { release(): void }

/** Two receivers with ledgers of their own on one folder would take each other's parts for leftovers. */
function lockFolder(directory: string): FolderLock {
  const taken = takePidLock(join(directory, STATE_FOLDER, 'receiver.lock'))
  if (taken.kind === 'taken') return taken
  throw new ReceiveError('BUSY', `Another receiver is already using ${directory} (process ${taken.pid}).`)
}

/** One upload that cannot be settled now must not keep all others waiting; it is tried again when its sender asks to finish it. */
async function settleInterrupted(ledger: Ledger, store: ChunkStore, onUnexpected: OnUnexpected): Promise<void> {
  for await (const record of ledger.uploads.unfinished()) {
    if (record.state.kind !== 'publishing') continue
    try {
      await settlePublication({ ledger, store }, record)
    } catch (error) {
      // Its folder was replaced by a file or a symbolic link, for example.
      onUnexpected(error)
    }
  }
}

type Serving = { readonly server: Server; readonly listener: Listener; readonly watch: Watch; readonly port: number }

async function serve(
  config: ReceiverConfig,
  limits: ReceiverLimits,
  service: ReturnType<typeof createService>,
): Promise<Serving> {
  const watch = new Watch(limits)
  const server = new Server({
    ...channelOptions,
    'grpc.max_concurrent_streams': limits.maxStreamsPerConnection,
    'grpc.max_connection_idle_ms': limits.idleConnectionMs,
    interceptors: [watch.interceptor],
  })
  server.addService(fileTransferService, service)
  try {
    const listener = await listen(server, {
      host: config.host,
      port: config.port,
      credentials: credentials(),
      limits,
      windowBytes: RECEIVE_WINDOW_BYTES,
      onSession: (session) => watch.add(session),
    })
    return { server, listener, watch, port: listener.port }
  } catch (error) {
    watch.close()
    server.forceShutdown()
    throw error
  }
}

/** Plaintext is all there is yet; encryption takes its place here. */
function credentials(): ServerCredentials {
  return ServerCredentials.createInsecure()
}

/** Nobody says who they are yet, so all uploads are of one owner. */
function ownerOf(): string {
  return 'anyone'
}

async function closeServing({ server, listener, watch }: Serving, sessions: Sessions): Promise<void> {
  listener.stop()
  const ended = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
  let limit: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    limit = setTimeout(resolve, CLOSE_WITHIN_MS)
  })
  await Promise.race([sessions.close().then(() => ended), timeout])
  clearTimeout(limit)
  server.forceShutdown()
  await listener.close()
  watch.close()
}

function once(task: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => {
    result ??= task()
    return result
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)))
}
