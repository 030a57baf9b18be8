import type { DigestKind } from '../../../proto/digests.ts'
import type { ChunkMemory } from '../../../proto/messages/chunk-memory.ts'
import { notAsRemembered, sourceChanged } from '../base/errors.ts'
import type { Budget } from '../flow/budget.ts'
import type { Stages } from '../flow/stages.ts'
import type { Throttle } from '../flow/throttle.ts'
import type { Connection } from '../net/connection.ts'
import type { ReceiverKind } from '../net/introduction.ts'
import { type FileDigest, openDigest, type SavedDigest } from '../source/digest.ts'
import type { HashPool } from '../source/hash-pool.ts'
import type { ResumeRecord, SavedHashing } from '../source/resume-store.ts'
import type { SmallFileReader } from '../source/small-file.ts'
import { isSameProof, openSource, type Source } from '../source/source.ts'
import type { Attempt, FileRecord, Finished, Hashing, TransferListener } from './attempt.ts'
import { sendFile } from './send-file.ts'
import { sendToThreeRpcReceiver } from './send-three-rpc.ts'
import { isSmallFile, sendSmallFile, smallFileBytes } from './small-files.ts'

export type TransferDeps = {
  readonly connection: Connection
  readonly budget: Budget
  readonly memory: ChunkMemory
  readonly hashPool: HashPool
  /** A file up to this length is hashed again in the next run, bytes; see `DigestOptions.savable`. */
  readonly hashedAgainBytes: number
  readonly throttle: Throttle
  readonly stages: Stages
  readonly reader: SmallFileReader
  /** Hears when the receiver has answered, and which kind it is. */
  readonly onReached: (kind: ReceiverKind) => void
  /** What a file is to be verified by; asked when the receiver has answered. */
  readonly digestKind: () => DigestKind
  /** The receiver cannot hold anything of this upload yet. */
  readonly isFresh: boolean
}

/**
 * Takes one upload from where it stands to verified. The receiver says what it holds; the rest is sent, hashed on the
 * same read, and verified there. Fails with an UploadError, or with the reason of `signal`; what was acknowledged by
 * then stays stored.
 */
export async function transfer(
  record: ResumeRecord,
  known: Hashing | undefined,
  { onReached, isFresh, hashPool, digestKind, hashedAgainBytes, reader, ...deps }: TransferDeps,
  listener: TransferListener,
  signal: AbortSignal,
): Promise<Finished> {
  const { connection } = deps
  const kind = await connection.introduce(signal)
  onReached(kind)
  if (!isFile(record)) {
    // A three-rpc receiver knows no folders; an empty one simply does not exist there.
    if (kind === 'three-rpc') return { storedAs: record.path.join('/') }
    return { storedAs: await connection.makeFolder(record.path, signal) }
  }
  const verifiedBy = digestKind()
  if (isFresh && isSmallFile(record, smallFileBytes(connection, deps.throttle))) {
    return sendSmallFile(record, verifiedBy, { ...deps, reader }, listener, signal)
  }
  const source = await openSource(record.source, record.identity)
  const over = new AbortController()
  try {
    const open: OpenDigest = (kind, saved) =>
      openDigest(hashPool, kind, { savable: record.identity.sizeBytes > hashedAgainBytes, saved })
    const hashing = await trustedHashing(record, known, source, verifiedBy, open)
    listener.onHashing(hashing)
    const hashAnew = async (kind: DigestKind): Promise<FileDigest> => {
      const digest = await open(kind)
      listener.onHashing({ digest, proof: source.proof })
      return digest
    }
    const attempt: Attempt = {
      record,
      source,
      digest: hashing.digest,
      isRemembered: hashing.isRemembered ?? false,
      hashAnew,
      ...deps,
      listener,
      signal: AbortSignal.any([signal, over.signal]),
    }
    return kind === 'three-rpc' ? await sendToThreeRpcReceiver(attempt) : await sendFile(attempt)
  } finally {
    // A lane that failed may leave another one waiting for a chunk; this ends that wait.
    over.abort(new Error('The attempt is over.'))
    await source.close()
  }
}

type OpenDigest = (kind: DigestKind, saved?: SavedDigest) => Promise<FileDigest>

/**
 * The digest of this kind to continue: that of this run, or that of an earlier run when its samples are still in the
 * file. A source whose attributes changed since is hashed from its first byte, so that changed content cannot hide
 * behind a restored time; so is a source on a device with another number, which may be another device.
 */
async function trustedHashing(
  { identity, hashed }: FileRecord,
  known: Hashing | undefined,
  source: Source,
  kind: DigestKind,
  open: OpenDigest,
): Promise<Hashing> {
  const { proof } = source
  // The attempt before may have ended while it was hashing.
  await known?.digest.settled()
  const isUsable = known !== undefined && known.digest.kind === kind && !known.digest.isLost
  if (isUsable && isSameProof(known.proof, proof)) {
    if (!source.timesTell && !(await source.hasSamples(known.digest.samples))) throw sourceChanged()
    return known
  }
  const isOf = (saved: SavedHashing): boolean =>
    saved.proof !== undefined && isSameProof(saved.proof, proof) && saved.hashedBytes <= identity.sizeBytes
  if (known !== undefined || hashed === undefined || !isOf(hashed)) return { digest: await open(kind), proof }
  const digest = await savedDigest(kind, open, hashed)
  if (digest === undefined) return { digest: await open(kind), proof }
  if (!(await source.hasSamples(hashed.samples))) throw notAsRemembered()
  return { digest, proof, isRemembered: true }
}

/** Undefined when the saved state cannot be used by the digest; then the file is hashed from its first byte. */
async function savedDigest(kind: DigestKind, open: OpenDigest, saved: SavedHashing): Promise<FileDigest | undefined> {
  try {
    return await open(kind, saved)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return undefined
  }
}

function isFile(record: ResumeRecord): record is FileRecord {
  return record.identity !== undefined
}
