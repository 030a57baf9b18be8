import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { DEFAULT_DIGEST_KIND, type ToldDigest, toldDigest } from '../proto/digest/digest-forms.ts'
import { kindOnWire } from '../proto/digest/digest-messages.ts'
import { digestKinds } from '../proto/digests.ts'
import type { ReceiverInfoInput } from '../proto/generated/filetransfer/ReceiverInfo.ts'
import type { Fingerprint } from '../proto/identity.ts'
import { FREE_BYTES_UNKNOWN, MAX_MESSAGE_BYTES, PROTOCOL_VERSION, PUT_FILE_MAX_BYTES } from '../proto/limits.ts'
import type { IncomingFile } from '../proto/own-receiver.ts'
import { accessOf, type Invitation, openAccess, type ReceiverAccess } from './access/access.ts'
import { reachableAddress } from './access/reachable.ts'
import { FairQueue } from './base/fair-queue.ts'
import { memoryBytes } from './base/memory.ts'
import { openFilesLimit } from './base/open-files.ts'
import type { OnUnexpected } from './base/unexpected.ts'
import { startHashingThreads } from './bytes/hashing-threads.ts'
import type { Admitted } from './calls/caller.ts'
import { announceReceiver } from './discovery.ts'
import type { Ledger } from './ledger/ledger.ts'
import { withEffects } from './ledger-effects.ts'
import { type ReceiverLimits, toLimits } from './limits/limits.ts'
import { STATE_FOLDER } from './names/safe-path.ts'
import { openStorage } from './open-storage.ts'
import { type Permissions, permissionsOf } from './permissions/permissions.ts'
import { Quotas } from './permissions/quotas.ts'
import { Health } from './rpc/health.ts'
import { createService } from './rpc/service.ts'
import { closeServing, serve } from './rpc/serving.ts'
import type { FinishedFile } from './sessions/finish.ts'
import { incomingOf } from './sessions/incoming.ts'
import { Sessions, UPKEEP } from './sessions/sessions.ts'
import type { ReceiverConfig } from './settings/config.ts'
import { bucketOf } from './settings/location.ts'
import { DirectSmallFiles } from './small-files/direct-small-files.ts'
import { StagedSmallFiles } from './small-files/staged-small-files.ts'
import { HeldElsewhere } from './storage/leases.ts'
import { Readings } from './storage/readings.ts'
import { Space } from './storage/space.ts'
import { namesInMemory, ThreeRpcNames } from './three-rpc/three-rpc-names.ts'
import { type Counters, RunningCounters } from './upkeep/counters.ts'
import { EXPIRE_AFTER_MS, Expiry } from './upkeep/expiry.ts'
import { Retention } from './upkeep/retention.ts'
import type { SmallFiles } from './uploads/small-file-stream.ts'
import { Uploads } from './uploads/uploads.ts'

/**
 * A file that is complete, verified, durable and under its final name, which is relative to the receiving folder.
 * `digest` is what it was verified by, its kind and its hex: `xxh128:…`; `md5` is there when that was its MD5.
 */
export type StoredEvent = { readonly name: string; readonly bytes: number } & ToldDigest

/** A receiver that is listening. */
export interface Receiver {
  readonly host: string
  /** The port it really listens on, also when 0 was asked for. */
  readonly port: number
  /** What senders show to people. */
  readonly name: string
  /** Where its ledger, its identity and its devices are kept, absolute. */
  readonly stateDirectory: string
  /** Of the certificate that it presents; undefined without encryption. */
  readonly fingerprint: Fingerprint | undefined
  /** How a device can pair now; undefined where none can: without encryption, or when nobody is asked for a token. */
  readonly invitation: Invitation | undefined
  /** Calls back for each file that is stored from now on. Answers the way to stop that. */
  onStored(listener: (file: StoredEvent) => void): () => void
  /** What it gives senders at most, at this moment. */
  readonly limits: Readonly<ReceiverLimits>
  /** What is arriving now. */
  incoming(): readonly IncomingFile[]
  /** What it has done since it started. */
  counters(): Counters
  /** Bytes that no unfinished upload has claimed; infinite when nobody knows, as in a bucket. */
  freeBytes(): Promise<number>
  /**
   * Takes other limits than at the start, for whatever comes from now on; what is there already is not ended for being
   * too much. `maxStreamsPerConnection`, `maxMetadataBytes`, `idleConnectionMs` and `maxStatusConnections` stay as they
   * were. Throws ReceiveError BAD_FLAGS for what makes no sense, and then nothing changes.
   */
  setLimits(limits: Partial<ReceiverLimits>): void
  /** Takes at once what became of the files of devices; by itself it does so within a second. */
  lookAtDevices(): Promise<void>
  /**
   * Takes no new calls, ends the running ones after the chunks they are storing, at most 10 s later, and lets go of the
   * folder.
   */
  close(): Promise<void>
}

/** Four connections fill a fast network when each is held back by its window. */
const PREFERRED_CONNECTIONS = 4

/**
 * Starts a receiver on a folder, completes what a crash interrupted, and listens.
 *
 * @throws ReceiveError BUSY when another receiver has the folder or the port, STORAGE_NOT_WRITABLE when the folder
 * cannot be used; each with one sentence that names it. BAD_FLAGS for limits that make no sense.
 */
export async function startReceiver(config: ReceiverConfig): Promise<Receiver> {
  const directory = resolve(config.directory)
  const stateDirectory = resolve(config.stateDirectory ?? join(directory, STATE_FOLDER))
  const now = config.now ?? Date.now
  const onUnexpected = config.onUnexpected ?? warn
  const checked = (asked?: Partial<ReceiverLimits>) => toLimits(asked, openFilesLimit(), memoryBytes())
  const limits = checked(config.limits)
  const storage = await openStorage(config, directory, stateDirectory, limits, now, onUnexpected)
  const { store, leases, cluster } = storage
  const hashing = startHashingThreads(config.workers ?? 0, onUnexpected)
  const listeners = new Set<(file: StoredEvent) => void>()
  let access: ReceiverAccess | undefined
  let smallFiles: SmallFiles | undefined
  try {
    const quotas = new Quotas(store)
    const counters = new RunningCounters()
    await quotas.count(storage.ledger.uploads, { isShared: leases.areShared })
    const ledger = withEffects(storage.ledger, { ...storage, quotas, counters })
    const space = new Space(() => store.freeBytes(), now)
    const onFinished = ({ storedAs, sizeBytes, digest }: FinishedFile) => {
      counters.finished(sizeBytes)
      for (const listener of listeners) listener({ name: storedAs, bytes: sizeBytes, ...toldDigest(digest) })
    }
    const fairQueue = new FairQueue()
    if (store.stagedSmallFiles)
      smallFiles = await StagedSmallFiles.open(stateDirectory, {
        ledger,
        store: store.stagedSmallFiles,
        fairQueue,
        onFinished,
        onUnexpected,
      })
    else if (store.directSmallFiles)
      smallFiles = new DirectSmallFiles({ ledger, store: store.directSmallFiles, onFinished })
    const receiving = { ledger, leases, store, space, fairQueue, readings: new Readings(fairQueue), hashing }
    const sessions = new Sessions({ ...receiving, onFinished }, limits, config.verifyFromDisk ?? false, now)
    const id = storage.receiverId
    // Nodes are one receiver to its senders, whichever of them answers.
    const runId = cluster === undefined ? randomBytes(8).toString('hex') : id
    const name = config.name ?? hostname()
    access = await openAccess(config, stateDirectory, { id, name, nodes: cluster }, now, onUnexpected)
    const { successions, fingerprint, certificatePem } = access
    quotas.follow(access.knownDevices)
    await settleInterrupted(ledger, sessions, onUnexpected)
    const freeFor = async ({ holder, leftBytes }: Permissions) =>
      Math.min(await space.freeBytes(holder), await leftBytes(), FREE_BYTES_UNKNOWN)
    const describe = async (admitted: Admitted): Promise<ReceiverInfoInput> => ({
      id,
      name,
      protocolMin: PROTOCOL_VERSION,
      protocolMax: PROTOCOL_VERSION,
      version: config.version ?? '',
      maxMessageBytes: MAX_MESSAGE_BYTES,
      preferredConnections: PREFERRED_CONNECTIONS,
      freeBytes: admitted.caller.kind === 'stranger' ? 0 : await freeFor(permissionsOf(admitted, quotas)),
      access: accessOf(admitted.caller),
      successions: [...successions],
      putFilesMaxBytes: PUT_FILE_MAX_BYTES,
      runId,
      digests: digestKinds.map(kindOnWire),
      defaultDigest: kindOnWire(config.defaultDigest ?? DEFAULT_DIGEST_KIND),
    })
    const service = createService({
      uploads: new Uploads({ ...receiving, sessions, smallFiles, now }),
      threeRpc: { ...receiving, sessions, names: new ThreeRpcNames(cluster?.names ?? namesInMemory()), now },
      storage: receiving,
      permissionsOf: (admitted) => permissionsOf(admitted, quotas),
      describe,
      forwarding: storage.forwarding,
      node: () => cluster?.name() ?? '',
      now,
      onUnexpected,
    })
    const health = new Health(() => storage.isHeld() && (cluster?.isInTouch() ?? true))
    const serving = await serve(config, limits, service, access, health, onUnexpected)
    await cluster?.announce({
      address: config.cluster?.nodeAddress ?? reachableAddress(config.host, serving.port),
      certificatePem,
    })
    const invitation = await access.invite(config.host, serving.port).catch(async (error: unknown) => {
      await closeServing(serving, sessions)
      throw error
    })
    const expireAfterMs = config.expireAfterMs ?? EXPIRE_AFTER_MS
    const mayLook = async () => storage.isHeld() && ((await cluster?.maySweep()) ?? true)
    const expiry = new Expiry({ sessions, ledger, store, expireAfterMs, mayLook, now, onUnexpected })
    const { keepForMs } = config
    const retention =
      keepForMs && new Retention({ directory, store, bucket: bucketOf(config), keepForMs, now, onUnexpected })
    const announcement = announceReceiver(config, { name, id, port: serving.port, fingerprint, onUnexpected })
    return {
      host: config.host,
      port: serving.port,
      name,
      stateDirectory,
      fingerprint,
      invitation,
      limits,
      onStored(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      incoming: () => incomingOf(sessions.busy()),
      counters: () => counters.now,
      freeBytes: () => space.freeBytes(),
      setLimits: (asked) => void Object.assign(limits, checked(asked)),
      lookAtDevices: access.lookAtDevices,
      close: once(async () => {
        await announcement?.stop()
        await quotas.close()
        await expiry.close()
        if (retention) await retention.close()
        await closeServing(serving, sessions)
        await hashing.close()
        await smallFiles?.close()
        await access?.close()
        await storage.close()
      }),
    }
  } catch (error) {
    await hashing.close()
    await smallFiles?.close()
    await access?.close()
    await storage.abandon()
    throw error
  }
}

/**
 * One upload that cannot be settled now must not keep all others waiting; it is tried again when its sender asks to
 * finish it.
 */
async function settleInterrupted(ledger: Ledger, sessions: Sessions, onUnexpected: OnUnexpected): Promise<void> {
  for await (const { fileId, state } of ledger.uploads.unfinished()) {
    if (state.kind !== 'publishing') continue
    // Whoever has a session of it has settled it.
    await sessions
      .use(fileId, UPKEEP, async () => undefined)
      .catch((error: unknown) => {
        // Its folder was replaced by a file or a symbolic link, for example. Another node settles what it has.
        if (!(error instanceof HeldElsewhere)) onUnexpected(error)
      })
  }
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
