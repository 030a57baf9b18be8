import type { UploadId } from './contract.ts'
import type { ResumeRecord, ResumeStore } from './engine/resume-store.ts'
import { type OpenStore, openStateFile } from './state-file.ts'

export type SavedUploadsDeps = {
  readonly directory: string
  readonly openStore: OpenStore
  readonly notify: (message: string) => void
}

/** The engine's records, kept in `uploads.json`. Memory holds the truth; each write is the whole of it, many changes to one write. */
export function openSavedUploads({ directory, openStore, notify }: SavedUploadsDeps): ResumeStore & { flush(): void } {
  const records = new Map<UploadId, ResumeRecord>()
  const file = openStateFile({
    directory,
    name: 'uploads',
    holds: 'list of uploads',
    openStore,
    notify,
    parse: parseUploads,
    content: () => ({ uploads: [...records.values()] }),
  })
  for (const record of file.initial) records.set(record.id, record)

  return {
    list: async () => [...records.values()],
    put(changed) {
      for (const record of changed) records.set(record.id, record)
      return changed.length === 0 ? Promise.resolve() : file.save()
    },
    remove(ids) {
      const removed = ids.filter((id) => records.delete(id))
      return removed.length === 0 ? Promise.resolve() : file.save()
    },
    flush: () => file.flush(),
  }
}

/** Takes over every whole record and counts what is not one. */
function parseUploads(content: Readonly<Record<string, unknown>>) {
  const { uploads = [] } = content
  if (!Array.isArray(uploads)) return { value: [], rejectedParts: 1 }
  const value: readonly ResumeRecord[] = uploads.filter(isResumeRecord)
  return { value, rejectedParts: uploads.length - value.length }
}

function isResumeRecord(value: unknown): value is ResumeRecord {
  if (!isObject(value)) return false
  const { id, uploadKey, source, identity, path, folder, receiver, onConflict, rank, held } = value
  return (
    [id, uploadKey, source, receiver].every(isText) &&
    Array.isArray(path) &&
    path.length > 0 &&
    path.every(isText) &&
    Number.isFinite(rank) &&
    (onConflict === 'keep-both' || onConflict === 'overwrite' || onConflict === 'refuse') &&
    (identity === undefined || isIdentity(identity)) &&
    (folder === undefined || (isObject(folder) && isText(folder.id) && isText(folder.name))) &&
    (held === undefined || held === 'paused' || (isObject(held) && isText(held.reason) && isText(held.message)))
  )
}

function isIdentity(value: unknown): boolean {
  return (
    isObject(value) &&
    Number.isSafeInteger(value.sizeBytes) &&
    Number(value.sizeBytes) >= 0 &&
    Number.isSafeInteger(value.modifiedAtMs) &&
    isText(value.inode)
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
