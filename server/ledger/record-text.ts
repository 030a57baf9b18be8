import { isDigestKind, keptDigest, readKeptDigest } from '../../proto/digest/digest-forms.ts'
import type { Digest } from '../../proto/digests.ts'
import type { RangeSet } from '../bytes/range-set.ts'
import { isStoredPath } from '../names/safe-path.ts'
import type { ChunkRecord, UploadRecord, UploadState } from './ledger.ts'

/** An upload as it is kept. */
export function uploadText(record: UploadRecord): string {
  const { state } = record
  if (state.kind === 'receiving') return JSON.stringify(record)
  const { digest, ...stored } = state
  return JSON.stringify({ ...record, state: { ...stored, ...keptDigest(digest) } })
}

/**
 * Reads what {@link uploadText} wrote; undefined when it is something else. Another program may have written it: names
 * and numbers are believed only where a receiver could have written them.
 */
export function toUpload(fileId: string, text: string): UploadRecord | undefined {
  const value = parsed(text)
  if (!isObject(value) || value.fileId !== fileId || !isObject(value.origin) || !isObject(value.state)) return undefined
  const state = toState(value.state)
  const isWhole =
    /^[0-9a-z]{1,64}$/i.test(fileId) &&
    isStoredPath(value.path) &&
    areNames(value.askedPath) &&
    isCount(value.sizeBytes) &&
    isCount(value.generation) &&
    isNoneOr(value.modifiedAtMs, isTime) &&
    isNoneOr(value.begunAtMs, isTime) &&
    isNoneOr(value.skipSame, (skipSame) => typeof skipSame === 'boolean') &&
    ['KEEP_BOTH', 'OVERWRITE', 'REFUSE'].includes(String(value.onConflict)) &&
    isOrigin(value.origin) &&
    isNoneOr(value.owner, isKey) &&
    isNoneOr(value.batch, isBatchItem) &&
    isNoneOr(value.verifiedBy, isDigestKind)
  return isWhole && state ? ({ ...value, state } as UploadRecord) : undefined
}

/** What is kept of a chunk besides its start. */
export function chunkText({ end, crc32 }: ChunkRecord): string {
  return `${end} ${crc32}`
}

/** Reads what {@link chunkText} wrote; undefined when it is something else. */
export function toChunk(start: number, text: string): ChunkRecord | undefined {
  if (!Number.isSafeInteger(start) || !/^\d{1,16} \d{1,10}$/.test(text)) return undefined
  const [end = 0, crc32 = 0] = text.split(' ').map(Number)
  return end >= start && Number.isSafeInteger(end) ? { start, end, crc32 } : undefined
}

/** A checkpoint as it is kept. */
export function checkpointText(durable: RangeSet): string {
  return durable.map(({ start, end }) => `${start}-${end}`).join(' ')
}

/** Reads what {@link checkpointText} wrote; undefined when it is something else. */
export function toCheckpoint(text: string): RangeSet | undefined {
  if (text === '') return []
  const durable = text.split(' ').map((range) => {
    const [start = Number.NaN, end = Number.NaN] = /^\d{1,16}-\d{1,16}$/.test(range) ? range.split('-').map(Number) : []
    return { start, end }
  })
  let before = -1
  for (const { start, end } of durable) {
    if (!(before < start && start < end && Number.isSafeInteger(end))) return undefined
    before = end
  }
  return durable
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

type Unchecked = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Unchecked {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isOrigin(origin: Unchecked): boolean {
  return (
    (origin.kind === 'begun' && isKey(origin.uploadKey)) ||
    (origin.kind === 'plain' && typeof origin.plainId === 'string')
  )
}

function isBatchItem(batch: unknown): boolean {
  return isObject(batch) && typeof batch.batchId === 'string' && typeof batch.sourceId === 'string'
}

function toState({ md5, digest: word, ...state }: Unchecked): UploadState | undefined {
  if (state.kind === 'receiving') return { kind: 'receiving' }
  const digest = toDigest(md5, word)
  if (digest === undefined || !isStoredPath(state.storedAs)) return undefined
  const isWhole =
    state.kind === 'finished' || (state.kind === 'publishing' && isMatch(state.fileIdentity, /^[0-9a-z:]{1,64}$/i))
  return isWhole ? ({ ...state, digest } as UploadState) : undefined
}

/** Some records of earlier versions have an empty MD5. */
function toDigest(md5: unknown, digest: unknown): Digest | undefined {
  return md5 === '' && digest === undefined ? { kind: 'md5', hex: '' } : readKeptDigest({ md5, digest })
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string')
}

/** An upload key has no slash in it, see `keyIndex`. */
function isKey(value: unknown): boolean {
  return isMatch(value, /^[^/]{1,64}$/)
}

function isMatch(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}

function isNoneOr(value: unknown, isFit: (value: unknown) => boolean): boolean {
  return value === undefined || isFit(value)
}

/** Milliseconds since 1970 that a date can hold. */
function isTime(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(new Date(value).valueOf())
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
