import { DEFAULT_DIGEST_KIND } from '../../proto/digest/digest-forms.ts'
import type { Digest, DigestKind } from '../../proto/digests.ts'
import type { Range, RangeSet } from '../bytes/range-set.ts'

/** What to do when the final name is taken; see `ConflictPolicy` in the wire contract. */
export type OnConflict = 'KEEP_BOTH' | 'OVERWRITE' | 'REFUSE'

/**
 * Who asked for an upload: a sender that began it with a key of its own, or a three-RPC client that only sent chunks
 * under an id of its own. Ledgers keep these names, whatever such clients are called elsewhere.
 */
export type Origin =
  | { readonly kind: 'begun'; readonly uploadKey: string }
  | { readonly kind: 'plain'; readonly plainId: string }

/** How far an upload has come. */
export type UploadState =
  | { readonly kind: 'receiving' }
  /** Verified, and about to appear under its final name. `fileIdentity` tells after a crash whether it did. */
  | {
      readonly kind: 'publishing'
      readonly storedAs: readonly string[]
      readonly digest: Digest
      readonly fileIdentity: string
    }
  /**
   * `fileIdentity` of the file as it got its name; undefined where that is not known, as in records of earlier
   * versions.
   */
  | {
      readonly kind: 'finished'
      readonly storedAs: readonly string[]
      readonly digest: Digest
      readonly fileIdentity?: string
    }

/** One upload. */
export type UploadRecord = {
  /** Names the upload in the ledger and its part file in the store: letters and digits only. */
  readonly fileId: string
  readonly origin: Origin
  /**
   * The device that the upload belongs to; undefined where the receiver asks nobody who they are, as in records of
   * versions that asked nobody.
   */
  readonly owner?: string
  /** Where to store the file, checked and made portable; one element for each component. */
  readonly path: readonly string[]
  /** The path as the sender gave it, to tell whether it asks for the same file again. */
  readonly askedPath: readonly string[]
  readonly sizeBytes: number
  /** Milliseconds since 1970; undefined when the sender did not say. */
  readonly modifiedAtMs: number | undefined
  readonly onConflict: OnConflict
  /** True when nothing is to be stored beside a file that turns out to be the same. */
  readonly skipSame?: boolean
  /** Raised each time the upload is opened; 0 for three-RPC uploads. */
  readonly generation: number
  readonly state: UploadState
  /** When a sender asked for it last, milliseconds since 1970; undefined in records of versions that did not tell. */
  readonly begunAtMs?: number
  /** What it was sent together with; undefined when the sender did not say. */
  readonly batch?: BatchItem
  /** What its sender computes of it; undefined is MD5, as in records of versions that knew nothing else. */
  readonly verifiedBy?: DigestKind
}

/** Names one source of all that a sender sends together. Two sources of one batch never replace each other. */
export type BatchItem = { readonly batchId: string; readonly sourceId: string }

/** One chunk that was checked and written. */
export type ChunkRecord = Range & {
  /** CRC-32 of the chunk. */
  readonly crc32: number
}

/**
 * Remembers which uploads there are and which of their bytes are stored.
 *
 * The promise: when a method that saves or forgets has resolved, what it did survives `kill -9` of this process; with
 * `durable` it survives a power cut, together with everything that was saved before it. A method that rejects may or
 * may not have taken effect, and harms no later one. A record that cannot be read is set aside, and its upload or chunk
 * is unknown from then on; no other record suffers. Chunks and checkpoints belong to an upload whose record was saved
 * before.
 */
export interface Ledger {
  readonly uploads: UploadRecords
  readonly names: StoredNames
  readonly chunks: ChunkRecords
  readonly checkpoints: Checkpoints
  /** When it resolves, everything that was saved before survives a power cut. */
  flush(): Promise<void>
  /** Waits for what is being written and lets go of the ledger, so that another process may open it. */
  close(): Promise<void>
}

/** See {@link Ledger}. */
export interface UploadRecords {
  find(fileId: string): Promise<UploadRecord | undefined>
  findByKey(uploadKey: string, owner: string | undefined): Promise<UploadRecord | undefined>
  /**
   * Adds or replaces a record; with `forgetChunks` the upload's chunks and checkpoint are forgotten in the same atomic
   * step.
   */
  save(record: UploadRecord, options?: { readonly durable?: boolean; readonly forgetChunks?: boolean }): Promise<void>
  /**
   * Changes the key of an upload in one atomic step: from then on it is found by the new key, and no more by the old
   * one. Answers the record.
   */
  rekey(record: UploadRecord, uploadKey: string): Promise<UploadRecord>
  /** Forgets an upload, its chunks and its checkpoint in one atomic step. */
  forget(record: UploadRecord): Promise<void>
  /** Uploads that are not finished, in no order. Takes time and memory for those only, however many have finished. */
  unfinished(): AsyncIterable<UploadRecord>
}

/**
 * See {@link Ledger}. Which uploads asked for a name, or have it: an equal file need not be stored again, and some
 * files may not be replaced.
 */
export interface StoredNames {
  /**
   * Finished uploads that asked for a name that folds like this one, in no order. Those whose file was replaced by
   * another upload are left out. An upload may be listed twice.
   */
  askedFor(path: readonly string[]): AsyncIterable<FinishedRecord>
  /**
   * The upload whose file was stored last under a name that folds like this one. Changes that people made to the file
   * since are not known here. Finished uploads of one name are saved in the order in which their files got the name.
   */
  holder(path: readonly string[]): Promise<FinishedRecord | undefined>
}

/** The record of a finished upload. */
export type FinishedRecord = UploadRecord & { readonly state: UploadState & { readonly kind: 'finished' } }

/** What an upload is verified by when it is complete. */
export function verifiedBy({ verifiedBy }: Pick<UploadRecord, 'verifiedBy'>): DigestKind {
  return verifiedBy ?? DEFAULT_DIGEST_KIND
}

export function isFinished(record: UploadRecord | undefined): record is FinishedRecord {
  return record?.state.kind === 'finished'
}

/** See {@link Ledger}. */
export interface ChunkRecords {
  /** The chunk that begins at this offset. */
  find(fileId: string, start: number): Promise<ChunkRecord | undefined>
  /** All chunks of an upload in ascending order. */
  list(fileId: string): AsyncIterable<ChunkRecord>
  /** Adds a chunk, or replaces the one that begins at the same offset. */
  save(fileId: string, chunk: ChunkRecord): Promise<void>
  /** How many bytes the chunks of an upload have together. */
  bytes(fileId: string): Promise<number>
}

/**
 * See {@link Ledger}. What survives a power cut of each upload; chunks outside it may not have reached the disk when
 * the ledger knows them.
 */
export interface Checkpoints {
  /** Merged and ascending; empty when none was saved. */
  find(fileId: string): Promise<RangeSet>
  /**
   * Replaces the checkpoint of an upload. It survives a power cut when this has resolved. The chunks that begin at the
   * offsets in `forgetChunks` are forgotten in the same atomic step.
   */
  save(fileId: string, durable: RangeSet, options?: { readonly forgetChunks?: readonly number[] }): Promise<void>
}
