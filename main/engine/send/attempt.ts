import type { Digest, DigestKind } from '../../../proto/digests.ts'
import type { ChunkMemory } from '../../../proto/messages/chunk-memory.ts'
import type { UploadEvent } from '../base/status.ts'
import type { Budget } from '../flow/budget.ts'
import type { Stages } from '../flow/stages.ts'
import type { Throttle } from '../flow/throttle.ts'
import type { Connection } from '../net/connection.ts'
import type { FileDigest } from '../source/digest.ts'
import type { ResumeRecord, SourceIdentity, SourceProof } from '../source/resume-store.ts'
import type { Source } from '../source/source.ts'

/** A record of a file, as opposed to an empty folder. */
export type FileRecord = ResumeRecord & { readonly identity: SourceIdentity }

/** A digest and the state of the source that it belongs to. */
export type Hashing = {
  readonly digest: FileDigest
  readonly proof: SourceProof
  /** It was begun in an earlier run. */
  readonly isRemembered?: true
}

/** Hears how an upload goes, in bytes. */
export type TransferListener = {
  /**
   * How much the receiver holds before this attempt sends anything, and which node of it answers; empty when it is
   * alone.
   */
  onBegun(bytesStored: number, node: string): void
  onStored(bytes: number): void
  onSent(bytes: number): void
  onVerifying(bytesVerified: number): void
  /** Part of the source was hashed that did not have to be sent. */
  onHashed(): void
  /** The digest that this attempt feeds, as soon as it is open. */
  onHashing(hashing: Hashing): void
}

/** One try at one file: all that sending it needs. */
export type Attempt = {
  readonly record: FileRecord
  readonly source: Source
  /** Outlives the attempt, so that nothing is hashed twice in one run. */
  readonly digest: FileDigest
  /** Some of the digest was computed in an earlier run. */
  readonly isRemembered: boolean
  /** Begins a new digest, of any kind. */
  readonly hashAnew: (kind: DigestKind) => Promise<FileDigest>
  readonly connection: Connection
  readonly budget: Budget
  readonly memory: ChunkMemory
  readonly throttle: Throttle
  readonly stages: Stages
  readonly listener: TransferListener
  readonly signal: AbortSignal
}

/**
 * What a finished upload became. `digest` is of the source, as this sender computed it; absent for an empty folder.
 */
export type Finished = { readonly storedAs: string; readonly digest?: Digest }

/** Tells the queue how one attempt goes. */
export type AttemptReport = {
  /** Something happened to the upload. */
  event(event: UploadEvent): void
  /** The receiver answers, and may hold something of this upload from now on. */
  reached(): void
  /** Which node of the receiver answers; empty when it is alone. */
  servedBy(node: string): void
  /** So much of the file was put on the wire, bytes. */
  sent(bytes: number): void
  /** The receiver holds more of this upload than before. */
  progressed(): void
  /** The digest that the attempt feeds, as soon as it is open. */
  hashing(hashing: Hashing): void
  /** More of the source is hashed than before. */
  hashed(): void
  /** Whether another upload of this queue goes by the key. */
  owns(uploadKey: string): boolean
  /** The record was replaced: the source is taken as it is now, and nothing of it is hashed. */
  renewed(record: ResumeRecord): void
}
