import { readDigestText } from '../../../proto/digest/digest-forms.ts'
import { MAX_MESSAGE_BYTES } from '../../../proto/limits.ts'
import type { ConflictPolicy, Stop, UploadId } from '../../contract/contract.ts'
import type { SavedDigest } from './digest.ts'

/** What tells that a file is still the one that was queued. */
export type SourceIdentity = {
  readonly sizeBytes: number
  /** Whole milliseconds since 1970. */
  readonly modifiedAtMs: number
  /** The same in nanoseconds, decimal digits. Absent in what earlier versions saved. */
  readonly modifiedAtNs?: string
  readonly inode: string
}

/**
 * Which state of which file a digest was computed from, as the system tells it; decimal digits, because a number is not
 * exact enough. A program that rewrites a file can restore its modification time, but not the time of its latest change
 * (ctime).
 */
export type SourceProof = {
  readonly device: string
  readonly inode: string
  /** ns since 1970. */
  readonly modifiedAtNs: string
  /** When content or attributes last changed (ctime), ns since 1970. */
  readonly changedAtNs: string
}

/**
 * How far a source is hashed, and which state of it that was; earlier versions saved no proof of that, and are not
 * believed.
 */
export type SavedHashing = SavedDigest & { readonly proof?: SourceProof }

/**
 * Tells a receiver which of the files it gets are sent together, so that none of them replaces another, whatever makes
 * their names equal there.
 */
export type BatchItem = {
  /** Of all that was added together; random. */
  readonly batchId: string
  /**
   * Of one source in it; the same whenever it is sent to the same place, so that it finds its own file again. No path
   * that others could read.
   */
  readonly sourceId: string
  /**
   * Which one it is of those in the batch whose paths are equal, from 2 up; absent for the first. For receivers that
   * let a file replace another of the same name.
   */
  readonly sameName?: number
}

/**
 * All that must outlive the process to carry an upload on. What is stored of it is asked from the receiver, never kept
 * here.
 */
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
  /** What it was added together with. Absent in what earlier versions saved. */
  readonly batch?: BatchItem
  readonly rank: number
  /** How far the source is hashed, so that going on hashes nothing twice. */
  readonly hashed?: SavedHashing
  /** What the person decided, or has to decide; absent: go on. */
  readonly held?: 'paused' | Stop
}

/**
 * Where resume records live between runs. Every method rejects when it cannot do what it says: an unreadable record
 * must not look like a new upload. Writes happen when uploads change state, never for each chunk.
 */
export interface ResumeStore {
  list(): Promise<readonly ResumeRecord[]>
  put(records: readonly ResumeRecord[]): Promise<void>
  /** `finished`: what became of one of them, with the digest of all of it, for a store that remembers it. */
  remove(ids: readonly UploadId[], finished?: ResumeRecord): Promise<void>
}

/** A running hash as hash-wasm saves it is as long as this, bytes. */
const MD5_STATE_BYTES = 156
const XXH128_STATE_BYTES = 580

/**
 * How many bytes a running MD5 has hashed, by its own counters of one byte and of 512 MiB; undefined for what is no
 * running MD5.
 */
function bytesIn(md5State: string): number | undefined {
  const state = Buffer.from(md5State, 'base64')
  if (state.length !== MD5_STATE_BYTES) return undefined
  return state.readUInt32LE(4) + state.readUInt32LE(8) * 512 * 1024 * 1024
}

/** Whether a saved value has the state of one digest, which may be that of so many bytes. */
function isStateOf(value: object, hashedBytes: number, sizeBytes: number): boolean {
  const { md5State, xxh128State, whole }: Record<string, unknown> = { ...value }
  if (md5State !== undefined) return isText(md5State) && bytesIn(md5State) === hashedBytes
  if (xxh128State !== undefined)
    return isText(xxh128State) && Buffer.from(xxh128State, 'base64').length === XXH128_STATE_BYTES
  return readDigestText(whole) !== undefined && hashedBytes === sizeBytes
}

/** Whether a saved value is a complete {@link SavedHashing} of a source of this size. */
export function isSavedHashing(value: unknown, sizeBytes: number): value is SavedHashing {
  if (!isObject(value)) return false
  const { hashedBytes, samples, proof } = value
  if (!isCount(hashedBytes) || hashedBytes > sizeBytes || !Array.isArray(samples)) return false
  return (
    isStateOf(value, hashedBytes, sizeBytes) &&
    samples.every((sample) => isSample(sample, hashedBytes)) &&
    (proof === undefined || isProof(proof))
  )
}

/** Whether a saved value is a {@link BatchItem}. */
export function isBatchItem(value: unknown): value is BatchItem {
  if (!isObject(value)) return false
  const { batchId, sourceId, sameName } = value
  return isText(batchId) && isText(sourceId) && (sameName === undefined || (isCount(sameName) && Number(sameName) > 1))
}

/** Whether a saved value is a complete {@link SourceIdentity}. */
export function isIdentity(value: unknown): value is SourceIdentity {
  if (!isObject(value)) return false
  const { sizeBytes, modifiedAtMs, modifiedAtNs, inode } = value
  const isTime = Number.isSafeInteger(modifiedAtMs) && (modifiedAtNs === undefined || isText(modifiedAtNs))
  return isCount(sizeBytes) && isTime && isText(inode)
}

/** Whether a saved value is a key that receivers accept for an upload. */
export function isUploadKey(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{16,64}$/.test(value)
}

function isSample(value: unknown, hashedBytes: number): boolean {
  if (!isObject(value)) return false
  const { offset, bytes, crc32 } = value
  if (!isCount(offset) || !isCount(bytes) || !isCount(crc32)) return false
  return bytes <= MAX_MESSAGE_BYTES && offset + bytes <= hashedBytes
}

function isProof(value: unknown): boolean {
  if (!isObject(value)) return false
  return [value.device, value.inode, value.modifiedAtNs, value.changedAtNs].every(isText)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
