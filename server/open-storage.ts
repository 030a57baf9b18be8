import { randomBytes } from 'node:crypto'
import { isAbsolute, join, relative, sep } from 'node:path'
import { hasCode, ReceiveError, receiveErrorFrom, toReceiveError } from './base/errors.ts'
import type { OnUnexpected } from './base/unexpected.ts'
import { type Cluster, joinCluster } from './cluster/cluster.ts'
import { type Forwarding, noForwarding } from './cluster/forwarding.ts'
import { readOrMakeNodeSecret } from './cluster/node-secret.ts'
import { openEmbeddedLedger } from './ledger/embedded.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { ReceiverLimits } from './limits/limits.ts'
import { STATE_FOLDER } from './names/safe-path.ts'
import { type Guard, guardedLeases, guardedStore } from './occupancy/guarded.ts'
import { mustSeeMates } from './occupancy/mates.ts'
import { occupy, type Premises } from './occupancy/occupy.ts'
import type { ReceiverConfig } from './settings/config.ts'
import { bucketOf } from './settings/location.ts'
import { accessError } from './state-folder/doubt.ts'
import { readOrMakeReceiverId, readReceiverId } from './state-folder/receiver-id.ts'
import { mustBeOwnLedger } from './state-folder/state-sweep.ts'
import { type Leases, noOtherReceiver } from './storage/leases.ts'
import { OpenUploads } from './storage/open-uploads.ts'
import type { ChunkStore } from './store/chunk-store.ts'
import { openDiskStore } from './store/disk.ts'
import { claimsInMemory, type NameClaims } from './store/name-claims.ts'
import type { S3Config } from './store/s3/config.ts'
import { EXPIRE_AFTER_MS } from './upkeep/expiry.ts'
import { openUploadsLog, type UploadsLog } from './upkeep/received-log.ts'

/** Where a receiver keeps bytes and what it knows of them. */
export type OpenStorage = {
  readonly store: ChunkStore
  /**
   * As it is; what belongs to saving in it stands in `withEffects`, which is told of {@link log}, {@link openUploads}
   * and {@link guard}.
   */
  readonly ledger: Ledger
  readonly log: UploadsLog
  readonly openUploads: OpenUploads
  readonly guard: Guard
  readonly leases: Leases
  readonly forwarding: Forwarding
  /** Undefined for a receiver that is alone. */
  readonly cluster: Cluster | undefined
  /** See `readOrMakeReceiverId`. */
  readonly receiverId: string
  /** False when nothing may be stored, because another receiver may have the place by now. */
  isHeld(): boolean
  /** Lets go of all of it. */
  close(): Promise<void>
  /** The same for a receiver that did not get as far as to run. */
  abandon(): Promise<void>
}

/**
 * Nothing of any place is changed before it is known that no other receiver uses it.
 *
 * @throws ReceiveError BUSY, STORAGE_NOT_WRITABLE, BAD_FLAGS, STATE_UNREACHABLE, DRAINING; each with one sentence that
 * names what cannot be used.
 */
export async function openStorage(
  config: ReceiverConfig,
  directory: string,
  stateDirectory: string,
  limits: ReceiverLimits,
  now: () => number,
  onUnexpected: OnUnexpected,
): Promise<OpenStorage> {
  if (config.objectStore === undefined) mustBeOutOfReach(directory, stateDirectory)
  const cluster =
    config.cluster && (await joinCluster(config.cluster, config.expireAfterMs ?? EXPIRE_AFTER_MS, onUnexpected))
  let premises: Premises | undefined
  let ledger: Ledger | undefined
  let log: UploadsLog | undefined
  let closeObjects: (() => void) | undefined
  const close = async () => {
    try {
      await ledger?.close()
      await log?.close()
      await Promise.all([premises && cluster?.belonging.end(premises.run), cluster?.close()])
      closeObjects?.()
    } finally {
      await premises?.leave()
    }
  }
  const abandon = async () => {
    await cluster?.belonging.withdraw()
    await close()
  }
  try {
    premises = await moveIn(config, directory, stateDirectory, cluster, onUnexpected)
    const receiverId = await readOrMakeReceiverId(stateDirectory)
    await cluster?.belonging.claim({ receiverId, store: await namedStore(premises) })
    cluster?.share(await readOrMakeNodeSecret(stateDirectory))
    // It has a lock of its own, which is older than all others.
    if (cluster === undefined) await mustBeOwnLedger(join(stateDirectory, 'ledger'))
    ledger = cluster?.ledger ?? (await openEmbeddedLedger(join(stateDirectory, 'ledger'), onUnexpected))
    const claims = cluster?.nameClaims ?? claimsInMemory()
    const objects = config.objectStore && (await openObjects(config.objectStore, onUnexpected, claims))
    closeObjects = objects?.close
    const store = objects ?? (await openDiskStore(directory, { shared: cluster !== undefined, claims, stateDirectory }))
    log = await openUploadsLog(ledger, directory, now, bucketOf(config))
    const openUploads = await OpenUploads.count(ledger, limits, { isShared: cluster !== undefined })
    return {
      store: guardedStore(store, premises),
      ledger,
      log,
      openUploads,
      guard: premises,
      leases: guardedLeases(cluster?.leases ?? noOtherReceiver, premises),
      forwarding: cluster?.forwarding ?? noForwarding,
      cluster,
      receiverId,
      isHeld: premises.isHeld,
      close,
      abandon,
    }
  } catch (error) {
    await abandon()
    if (config.signal?.aborted)
      throw receiveErrorFrom(error, 'DRAINING', 'The receiver was told to end before it had started.')
    if (error instanceof ReceiveError && error.code !== 'BUSY' && error.code !== 'INTERNAL') throw error
    if (error instanceof ReceiveError && premises === undefined) throw error
    const known = toReceiveError(error)
    if (known.code === 'BUSY')
      throw receiveErrorFrom(error, 'BUSY', `Another receiver is already using ${stateDirectory}.`)
    const { path } = error as NodeJS.ErrnoException
    let why = hasCode(error, 'EEXIST', 'ENOTDIR') ? 'it is not a folder.' : known.message
    if (hasCode(error, 'EACCES', 'EPERM') && path !== undefined && !path.startsWith('/proc/'))
      why = accessError(path, error).message
    throw receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', `Cannot receive into ${directory}: ${why}`)
  }
}

/** What senders may name must not be what the receiver keeps for itself. Throws ReceiveError BAD_FLAGS. */
function mustBeOutOfReach(directory: string, stateDirectory: string): void {
  const [first = ''] = relative(directory, stateDirectory).split(sep)
  const isInside = first !== '..' && !isAbsolute(first)
  if (!isInside || first === STATE_FOLDER) return
  throw new ReceiveError(
    'BAD_FLAGS',
    `--state-dir: ${stateDirectory} is in the receiving folder, where senders could replace what is in it. Leave it out, or name a folder elsewhere.`,
  )
}

/**
 * Makes sure that no other receiver is where this one is to be, and that all nodes of one are in the same place. Throws
 * what {@link openStorage} throws.
 */
async function moveIn(
  { objectStore, signal }: ReceiverConfig,
  directory: string,
  stateDirectory: string,
  cluster: Cluster | undefined,
  onUnexpected: OnUnexpected,
): Promise<Premises> {
  let run: string | undefined
  const premises = await occupy({
    directory,
    stateDirectory,
    objectStore,
    cluster: cluster && { party: cluster.belonging.party, redis: cluster.redis },
    onUnexpected,
    onBeat: () => void (run !== undefined && cluster?.belonging.keep(run)),
    onGone: (gone) => void cluster?.belonging.end(gone),
    signal,
  })
  if (cluster === undefined) return premises
  const { belonging } = cluster
  try {
    const receiverId = (await readReceiverId(stateDirectory)) ?? randomBytes(16).toString('hex')
    const { shown } = premises.store
    await belonging.mustFit({ receiverId, store: { shown, identity: await premises.store.knownIdentity() } })
    for (const place of premises.places) await mustSeeMates(place, premises.run, belonging.runs, signal)
    run = premises.run
    await belonging.keep(run)
    return premises
  } catch (error) {
    await premises.leave()
    throw error
  }
}

async function namedStore({ store }: Premises): Promise<{ readonly identity: string; readonly shown: string }> {
  return { identity: await store.identity(), shown: store.shown }
}

/** The library that speaks to object stores takes its time to load, and few receivers need it. */
async function openObjects(config: S3Config, onUnexpected: OnUnexpected, claims: NameClaims) {
  const { openS3Store } = await import('./store/s3/s3-store.ts')
  return openS3Store(config, onUnexpected, claims)
}
