import type { UploadId } from '../contract/contract.ts'
import type { Content, StateFormat } from '../state/state-format.ts'

/** Into so many files the list of uploads is divided: with 10,000 uploads a change writes about 160 of them, with 100,000 about 1,600. */
const PARTS = 64

/** Below the app's folder, one file for each part. */
export const PARTS_FOLDER = 'uploads'

/** The names of the parts, which are the names of their files. */
export const partNames: readonly string[] = Array.from({ length: PARTS }, (_, n) => n.toString(16).padStart(2, '0'))

/** Which part an upload is in; the same in every run. FNV-1a, because ten thousand ids at once must not take long either. */
export function partOf(id: UploadId): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return partNames[(hash >>> 0) % PARTS] ?? '00'
}

/**
 * `uploads.json`. Version 1 held all uploads under `uploads`. Since version 2 they are in parts, and this file is what an older app finds, so that it
 * knows that it must not write; `unsorted` are those that are not in a part yet.
 */
export const headFormat: StateFormat = {
  version: 2,
  migrations: { 1: ({ uploads = [] }: Content) => ({ unsorted: uploads }) },
}

/** One part: `uploads` has its records. */
export const partFormat: StateFormat = { version: 2, migrations: {} }
