import type { OnConflict, UploadRecord } from '../ledger/ledger.ts'
import type { Offset } from '../to-offset.ts'

/** A file that can be read in pieces. */
export interface StoredFile {
  readonly sizeBytes: number
  /** The bytes from start up to end, in blocks; fewer when the file ends earlier. Blocks may be reused: use each before asking for the next. */
  read(start: number, end: number): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** The bytes of an upload that is not published yet. */
export interface Part {
  /** Resolves when all of the data is written so that it survives a crash of this process. Never writes a part of it and reports success. */
  write(data: Buffer, offset: Offset): Promise<void>
  read(start: number, end: number): AsyncIterable<Buffer>
  /** Resolves when everything written survives a power cut. When it rejects, what was written since the last success must not be trusted. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** What a published file is to look like. */
export type Wish = {
  readonly path: readonly string[]
  readonly modifiedAtMs: number | undefined
  readonly onConflict: OnConflict
}

/** What is about to happen, told before it happens, so that {@link ChunkStore.settle} can tell after a crash whether it did. */
export type Intent = { readonly storedAs: readonly string[]; readonly fileIdentity: string }

/** How an interrupted publication ended: under its final name, still a part, or neither can be found. */
export type Settled = 'published' | 'unpublished' | 'lost'

/**
 * Where bytes go. Parts are named by `fileId`, published files by checked path components.
 *
 * The promise: nothing outside the receiving folder is ever read, written, renamed or deleted, and no symbolic link below it is followed. A
 * published file appears under its name at once and whole; nothing that had the name before is lost unless OVERWRITE was asked for.
 */
export interface ChunkStore {
  /** Opens a part for reading and writing; makes an empty one when there is none. */
  openPart(fileId: string): Promise<Part>
  /** Deletes a part; one that does not exist is success. */
  discardPart(fileId: string): Promise<void>
  /**
   * Gives a part its final name and answers it. Resolves when the name survives a power cut. `announce` is awaited before the name appears.
   *
   * @throws ReceiveError TARGET_EXISTS when the name is taken and the wish refuses another, or a file stands where a folder is needed.
   */
  publish(fileId: string, wish: Wish, announce: (intent: Intent) => Promise<void>): Promise<readonly string[]>
  /** Completes or takes back a publication that was announced and interrupted. */
  settle(fileId: string, intent: Intent): Promise<Settled>
  /** Opens a published file; undefined when there is no regular file of that name. */
  openPublished(path: UploadRecord['path']): Promise<StoredFile | undefined>
  /** Makes a folder and those above it; one that exists is success. */
  makeFolder(path: readonly string[]): Promise<void>
  /** Bytes that can still be written. */
  freeBytes(): Promise<number>
}
