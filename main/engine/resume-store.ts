import type { ConflictPolicy, UploadId } from '../contract.ts'
import type { SavedDigest } from './digest.ts'

/** What tells that a file is still the one that was queued. */
export type SourceIdentity = {
  readonly sizeBytes: number
  /** Whole milliseconds since 1970. */
  readonly modifiedAtMs: number
  readonly inode: string
}

/** All that must outlive the process to carry an upload on. What is stored of it is asked from the receiver, never kept here. */
export type ResumeRecord = {
  readonly id: UploadId
  /** Names the upload to the receiver, so that a lost answer or a lost process finds it again. */
  readonly uploadKey: string
  /** Absolute path of the file, or of the empty folder. */
  readonly source: string
  /** Absent for an empty folder. */
  readonly identity?: SourceIdentity
  /** Where it goes below the receiving folder, one element for each path component. */
  readonly path: readonly string[]
  readonly folder?: { readonly id: string; readonly name: string }
  readonly receiver: string
  readonly onConflict: ConflictPolicy
  readonly rank: number
  /** How far the source is hashed, so that going on hashes nothing twice. */
  readonly hashed?: SavedDigest & {
    /** When the source's content or attributes last changed (ctime), as it was hashed, ms since 1970. */
    readonly touchedAtMs: number
  }
  /** What the person decided, or has to decide; absent: go on. */
  readonly held?: 'paused' | { readonly reason: string; readonly message: string }
}

/**
 * Where resume records live between runs. Every method rejects when it cannot do what it says: an unreadable record must not look like a new upload.
 * Writes happen when uploads change state, never for each chunk.
 */
export interface ResumeStore {
  list(): Promise<readonly ResumeRecord[]>
  put(records: readonly ResumeRecord[]): Promise<void>
  remove(ids: readonly UploadId[]): Promise<void>
}
