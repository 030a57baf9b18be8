import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { OnUnexpected } from './answer.ts'
import { type Cluster, joinCluster } from './cluster/cluster.ts'
import { type Forwarding, noForwarding } from './cluster/forwarding.ts'
import type { ReceiverConfig } from './config.ts'
import { hasCode, ReceiveError, receiveErrorFrom, toReceiveError } from './errors.ts'
import { EXPIRE_AFTER_MS } from './expiry.ts'
import { type Leases, noOtherReceiver } from './leases.ts'
import { openEmbeddedLedger } from './ledger/embedded.ts'
import type { Ledger, UploadRecord } from './ledger/ledger.ts'
import type { ReceiverLimits } from './limits.ts'
import { withOpenUploadsCap } from './open-uploads.ts'
import { takePidLock } from './pid-lock.ts'
import { bucketOf } from './place.ts'
import { withReceivedLog } from './received-log.ts'
import { STATE_FOLDER } from './safe-path.ts'
import type { ChunkStore } from './store/chunk-store.ts'
import { openDiskStore } from './store/disk.ts'
import { claimsInMemory, type NameClaims } from './store/name-claims.ts'
import type { S3Config } from './store/s3/config.ts'

/** Where a receiver keeps bytes and what it knows of them. */
export type OpenStorage = {
  readonly store: ChunkStore
  readonly ledger: Ledger
  readonly leases: Leases
  readonly forwarding: Forwarding
  /** Undefined for a receiver that is alone. */
  readonly cluster: Cluster | undefined
  /** Lets go of all of it. */
  close(): Promise<void>
}

/** @throws ReceiveError BUSY, STORAGE_NOT_WRITABLE, BAD_FLAGS, STATE_UNREACHABLE; each with one sentence that names what cannot be used. */
export async function openStorage(
  config: ReceiverConfig,
  directory: string,
  stateDirectory: string,
  limits: ReceiverLimits,
  now: () => number,
  onUnexpected: OnUnexpected,
): Promise<OpenStorage> {
  const cluster =
    config.cluster && (await joinCluster(config.cluster, config.expireAfterMs ?? EXPIRE_AFTER_MS, onUnexpected))
  let lock: FolderLock | undefined
  let ledger: Ledger | undefined
  let closeObjects: (() => void) | undefined
  const close = async () => {
    await ledger?.close()
    await cluster?.close()
    closeObjects?.()
    lock?.release()
  }
  try {
    await mkdir(directory, { recursive: true })
    const claims = cluster?.nameClaims ?? claimsInMemory()
    const objects = config.objectStore && (await openObjects(config.objectStore, onUnexpected, claims))
    closeObjects = objects?.close
    const store = objects ?? (await openDiskStore(directory, { shared: cluster !== undefined, claims }))
    // Nodes share the folder, and their leases keep them apart.
    if (cluster === undefined) lock = await lockFolder(directory)
    await mkdir(stateDirectory, { recursive: true, mode: 0o700 })
    ledger = cluster?.ledger ?? (await openEmbeddedLedger(join(stateDirectory, 'ledger'), onUnexpected))
    ledger = await withReceivedLog(ledger, directory, now, bucketOf(config))
    ledger = await withOpenUploadsCap(ledger, limits, ownerOf, { recount: cluster !== undefined })
    const leases = cluster?.leases ?? noOtherReceiver
    return { store, ledger, leases, forwarding: cluster?.forwarding ?? noForwarding, cluster, close }
  } catch (error) {
    await close()
    if (error instanceof ReceiveError && error.code !== 'BUSY' && error.code !== 'INTERNAL') throw error
    if (error instanceof ReceiveError && ledger === undefined && lock === undefined) throw error
    const known = toReceiveError(error)
    if (known.code === 'BUSY')
      throw receiveErrorFrom(error, 'BUSY', `Another receiver is already using ${stateDirectory}.`)
    const why = hasCode(error, 'EEXIST', 'ENOTDIR') ? 'it is not a folder.' : known.message
    throw receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', `Cannot receive into ${directory}: ${why}`)
  }
}

/** The library that speaks to object stores takes its time to load, and few receivers need it. */
async function openObjects(config: S3Config, onUnexpected: OnUnexpected, claims: NameClaims) {
  const { openS3Store } = await import('./store/s3.ts')
  return openS3Store(config, onUnexpected, claims)
}

type FolderLock = { release(): void }

/** Two receivers with ledgers of their own on one folder would take each other's parts for leftovers. */
async function lockFolder(directory: string): Promise<FolderLock> {
  await mkdir(join(directory, STATE_FOLDER), { recursive: true, mode: 0o700 })
  const taken = takePidLock(join(directory, STATE_FOLDER, 'receiver.lock'))
  if (taken.kind === 'taken') return taken
  throw new ReceiveError('BUSY', `Another receiver is already using ${directory} (process ${taken.pid}).`)
}

/** Callers that nobody asked who they are count as one. */
function ownerOf({ owner = 'anyone' }: UploadRecord): string {
  return owner
}
