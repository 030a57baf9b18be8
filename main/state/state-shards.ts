import type { UploadId } from '../contract/contract.ts'
import type { StateFormat } from './state-format.ts'

/**
 * Into so many files the list of uploads is divided: with 10,000 uploads a change writes about 160 of them, with
 * 100,000 about 1,600.
 */
const SHARDS = 64

/** Below the app's folder, one file for each state shard. */
export const SHARDS_FOLDER = 'uploads'

/** The names of the state shards, which are the names of their files. */
export const shardNames: readonly string[] = Array.from({ length: SHARDS }, (_, n) => n.toString(16).padStart(2, '0'))

/**
 * Which state shard an upload is in; the same in every run. FNV-1a, because ten thousand ids at once must not take long
 * either.
 */
export function shardOf(id: UploadId): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return shardNames[(hash >>> 0) % SHARDS] ?? '00'
}

/** One state shard: `uploads` has its records. */
export const shardFormat: StateFormat = { version: 2 }

/** The name of the file that an older app looks for. */
export const HEAD = 'uploads'

/**
 * `uploads.json`. Version 1 held all uploads under `uploads`. Since version 2 they are in state shards, and this file
 * is empty, so that an older app knows that it must not write.
 */
export const headFormat: StateFormat = {
  version: 2,
  migrations: { 2: () => ({}) },
}
