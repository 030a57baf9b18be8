import type { ResumeRecord, SourceIdentity } from './engine/resume-store.ts'

type Fields = Readonly<Record<string, unknown>>

const policies: ReadonlySet<unknown> = new Set<ResumeRecord['onConflict']>([
  'keep-both',
  'overwrite',
  'refuse',
  'skip-same',
])

/** Takes over one upload as it was saved; undefined when it is not whole. What only saves work (how far it is hashed) may be lost. */
export function readRecord(value: unknown): ResumeRecord | undefined {
  if (!isRecord(value)) return undefined
  const { hashed, ...record } = value
  return hashed !== undefined && isHashed(hashed) ? value : record
}

function isRecord(value: unknown): value is ResumeRecord {
  if (!isObject(value)) return false
  const { id, uploadKey, source, identity, path, folder, receiver, onConflict, rank, held } = value
  return (
    [id, uploadKey, source, receiver].every(isText) &&
    Array.isArray(path) &&
    path.length > 0 &&
    path.every(isText) &&
    Number.isFinite(rank) &&
    policies.has(onConflict) &&
    (identity === undefined || isIdentity(identity)) &&
    (folder === undefined || (isObject(folder) && isText(folder.id) && isText(folder.name))) &&
    (held === undefined || held === 'paused' || (isObject(held) && isText(held.reason) && isText(held.message)))
  )
}

function isIdentity(value: unknown): value is SourceIdentity {
  if (!isObject(value)) return false
  return isCount(value.sizeBytes) && Number.isSafeInteger(value.modifiedAtMs) && isText(value.inode)
}

function isHashed(value: unknown): boolean {
  if (!isObject(value)) return false
  const { hashedBytes, md5State, samples, touchedAtMs } = value
  return (
    isCount(hashedBytes) &&
    Number.isFinite(touchedAtMs) &&
    isText(md5State) &&
    Array.isArray(samples) &&
    samples.every(isSample)
  )
}

function isSample(value: unknown): boolean {
  return isObject(value) && [value.offset, value.bytes, value.crc32].every(isCount)
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
