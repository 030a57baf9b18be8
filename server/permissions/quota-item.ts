import { foldedName } from '../names/safe-path.ts'

/**
 * What each file and each folder costs at least, and in what steps, bytes: file systems give out space in blocks of
 * this size, and its name, with what the receiver notes down about it, costs about as much.
 */
export const STEP_BYTES = 4096

/** What counts against quotas: a file, or folders alone, and where it is. */
export type QuotaItem = {
  /** Of the file, bytes, as {@link costOf} says; 0 for folders alone. */
  readonly bytes: number
  /** The keys of the folders on the way to it, from the top: names that count as one are one key. */
  readonly folders: readonly string[]
}

/** What a file of so many bytes costs, bytes. */
export function costOf(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / STEP_BYTES)) * STEP_BYTES
}

/** The key of the receiving folder itself. */
export const TOP_KEY = ''

/** The keys of all folders of a path, from the top; the last is that of the path itself. */
export function keysOf(path: readonly string[]): readonly string[] {
  let key = TOP_KEY
  return path.map((name) => {
    key = keyBelow(key, [name])
    return key
  })
}

export function keyBelow(key: string, path: readonly string[]): string {
  return [...(key === TOP_KEY ? [] : [key]), ...path.map(foldedName)].join('/')
}

export function fileItem(path: readonly string[], sizeBytes: number): QuotaItem {
  return { bytes: costOf(sizeBytes), folders: keysOf(path.slice(0, -1)) }
}

export function folderItem(path: readonly string[]): QuotaItem {
  return { bytes: 0, folders: keysOf(path) }
}

export function isSameItem(one: QuotaItem, other: QuotaItem): boolean {
  return one.bytes === other.bytes && one.folders.at(-1) === other.folders.at(-1)
}
