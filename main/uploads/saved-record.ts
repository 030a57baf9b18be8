import { newUploadKey } from '../engine/queue/entry.ts'
import {
  isBatchItem,
  isIdentity,
  isSavedHashing,
  isUploadKey,
  type ResumeRecord,
} from '../engine/source/resume-store.ts'

type Fields = Readonly<Record<string, unknown>>

const policies: ReadonlySet<unknown> = new Set<ResumeRecord['onConflict']>([
  'keep-both',
  'overwrite',
  'refuse',
  'skip-same',
])

/**
 * Takes over one upload as it was saved; undefined when it is not whole. What only saves work (how far it is hashed,
 * and a key that no receiver would take) may be lost.
 */
export function readRecord(value: unknown): ResumeRecord | undefined {
  if (!isRecord(value)) return undefined
  const { hashed, ...record } = value
  if (!isUploadKey(record.uploadKey)) return { ...record, uploadKey: newUploadKey() }
  return isSavedHashing(hashed, record.identity?.sizeBytes ?? 0) ? value : record
}

function isRecord(value: unknown): value is ResumeRecord {
  if (!isObject(value)) return false
  const { id, uploadKey, source, identity, path, folder, receiver, onConflict, batch, rank, held } = value
  return (
    [id, uploadKey, source, receiver].every(isText) &&
    Array.isArray(path) &&
    path.length > 0 &&
    path.every(isText) &&
    Number.isFinite(rank) &&
    policies.has(onConflict) &&
    (identity === undefined || isIdentity(identity)) &&
    (folder === undefined || (isObject(folder) && isText(folder.id) && isText(folder.name))) &&
    (batch === undefined || isBatchItem(batch)) &&
    (held === undefined || held === 'paused' || isStop(held))
  )
}

function isStop(value: unknown): boolean {
  if (!isObject(value) || !isText(value.reason) || !isText(value.message)) return false
  const { shortage } = value
  return shortage === undefined || (isObject(shortage) && isCount(shortage.neededBytes) && isCount(shortage.leftBytes))
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
