import { randomBytes } from 'node:crypto'
import type { UploadSnapshot, UploadStatus } from '../../contract/contract.ts'
import type { Hashing } from '../send/attempt.ts'
import type { ResumeRecord } from '../source/resume-store.ts'

/**
 * One upload in the queue: what is kept on disk of it, where it stands, and what this run knows besides. Only
 * `entries.ts` changes it.
 */
export type Entry = {
  readonly record: ResumeRecord
  readonly status: UploadStatus
  /** Failures in a row without progress. */
  readonly attempts: number
  /** Failures of the kind that is tried again only once. */
  readonly secondChances: number
  /** The receiver may hold something of it. */
  readonly begun: boolean
  /** The source has to be taken as it is now, as a new upload. */
  readonly startAnew: boolean
  /** What the source is hashed to, and which state of the source that was; opened by the first attempt. */
  readonly hashing: Hashing | undefined
  readonly bytesSent: number
  /** Which node of the receiver served it last; empty for a receiver that is alone. */
  readonly node: string
  /** Another node took it over while it was sent. */
  readonly moved: boolean
}

export function newEntry(record: ResumeRecord, restored: boolean): Entry {
  return {
    record,
    status: statusOf(record),
    attempts: 0,
    secondChances: 0,
    begun: restored || record.hashed !== undefined,
    startAnew: false,
    hashing: undefined,
    bytesSent: 0,
    node: '',
    moved: false,
  }
}

/** Of all that wait: there may be very many. */
const waiting: UploadStatus = { kind: 'waiting' }

function statusOf({ held }: ResumeRecord): UploadStatus {
  if (held === undefined) return waiting
  return held === 'paused' ? { kind: 'paused' } : { kind: 'failed', ...held }
}

export function snapshotOf({ record, status, moved }: Entry): UploadSnapshot {
  const { id, path, identity, folder, receiver, rank } = record
  // An empty folder is told from a file by the slash at its end.
  const slash = identity === undefined ? '/' : ''
  return {
    id,
    name: (path.at(-1) ?? '') + slash,
    path: path.join('/') + slash,
    sizeBytes: identity?.sizeBytes ?? 0,
    ...(folder === undefined ? {} : { folder }),
    receiver,
    rank,
    status,
    ...(moved && { moved }),
  }
}

/** The record with how far the source is hashed by now. */
export function withHashed({ record, hashing }: Entry): ResumeRecord {
  if (hashing === undefined || hashing.digest.savableBytes === 0) return record
  const saved = hashing.digest.save()
  return saved === undefined ? record : { ...record, hashed: { ...saved, proof: hashing.proof } }
}

/** How much of the source is hashed that would be lost with this process, bytes. */
export function unsavedBytes({ record, hashing }: Entry): number {
  return (hashing?.digest.savableBytes ?? 0) - (record.hashed?.hashedBytes ?? 0)
}

/** What this run put on the wire of it, for the status of one that failed. */
export function sentBy({ bytesSent }: Entry): { readonly bytesSent?: number } {
  return bytesSent > 0 ? { bytesSent } : {}
}

/** Random enough that nobody guesses it and no two uploads share it. */
export function newUploadKey(): string {
  return randomBytes(16).toString('hex')
}

/**
 * A key is the name of one upload, whatever was remembered: all but the first that would go by it get one of their own.
 */
export function ownKeys(records: readonly ResumeRecord[], taken: ReadonlySet<string>): readonly ResumeRecord[] {
  const used = new Set<string>()
  return records.map((record) => {
    const isFree = !used.has(record.uploadKey) && !taken.has(record.uploadKey)
    used.add(record.uploadKey)
    if (isFree) return record
    const { hashed: _, ...rest } = record
    return { ...rest, uploadKey: newUploadKey() }
  })
}
