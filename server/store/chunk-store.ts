import type { Digest, DigestKind } from '../../proto/digests.ts'
import type { Range, RangeSet } from '../bytes/range-set.ts'
import type { Offset } from '../bytes/to-offset.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import type { Intent, Publication, Settled, Wish } from './publication.ts'
import type { SmallWish, StagedSmallFileStore } from './staged-small-files.ts'

/** A file that can be read in pieces. */
export interface StoredFile {
  readonly sizeBytes: number
  /** See `fileIdentity`; undefined where a store has none that stays the same. */
  readonly identity?: string
  /**
   * The bytes from start up to end, in blocks; fewer when the file ends earlier. Blocks may be reused: use each before
   * asking for the next.
   */
  read(start: number, end: number): AsyncIterable<Buffer>
  close(): Promise<void>
}

/** The bytes of an upload that is not published yet. */
export interface Part {
  /** What can be said of bytes that were written before it was opened; see {@link Kept}. */
  keeps(range: Range): Kept
  /**
   * Resolves when these bytes may be written: a store that gathers bytes waits for memory until others have sent
   * theirs, and {@link Part.write} does not. Undefined where nothing is waited for.
   */
  room?(range: Range): Promise<void>
  /**
   * Resolves when all of the data is written, and rejects when only a part of it was. On a disk the data then survives
   * a crash of this process; a store that gathers bytes in memory keeps that promise only after the next {@link
   * Part.sync}.
   */
  write(data: Buffer, offset: Offset): Promise<void>
  /**
   * The bytes from start up to end, in blocks; fewer when they end earlier, or when the store cannot give them back
   * before the part is whole.
   */
  read(start: number, end: number): AsyncIterable<Buffer>
  /**
   * Resolves when what was written, and the part itself, survive a power cut, and answers which ranges do; undefined
   * for everything that was written. A store that gathers bytes keeps back what does not fill one of its own pieces,
   * unless `all` is asked for. When it rejects, what was written since the last success is lost: the next one may
   * succeed without having written it.
   */
  sync(options: { readonly all: boolean }): Promise<RangeSet | undefined>
  /**
   * The digest of the whole part, where {@link ChunkStore.digestsParts} says so. Another kind than the part was opened
   * for costs reading all of it. `onVerified` as in `PrefixDigest.finish`.
   */
  digest?(kind: DigestKind, onVerified: (bytes: number) => void): Promise<Digest>
  close(): Promise<void>
}

/**
 * What became of bytes that were written: `durable` survives a power cut; `unsure` is there unless a power cut took it,
 * so it has to be compared; `gone` is lost.
 */
export type Kept = 'durable' | 'unsure' | 'gone'

/** See {@link ChunkStore.directSmallFiles}. */
export interface DirectSmallFileStore {
  /**
   * Writes a small file under its name. Answers its path once the file survives a power cut; undefined when the name is
   * taken, and then nothing is left of the file. A crash may leave an announced publication: {@link ChunkStore.settle}
   * finds out how it ended.
   */
  putSmallFile(
    fileId: string,
    wish: SmallWish,
    data: Buffer,
    publication: Publication,
  ): Promise<readonly string[] | undefined>
}

/**
 * How a file must look to be the one that was stored. Times are milliseconds since 1970.
 *
 * - It has this length, and was not written to after it was stored.
 * - Where its attributes changed since, it has this digest.
 * - Its attributes did not change after the log was read: another file may have got the name since then.
 */
export type Unchanged = {
  readonly sizeBytes: number
  readonly digest: Digest
  readonly storedAtMs: number
  readonly readAtMs: number
}

/**
 * What became of a file that is to be removed: it is gone; or it was changed, and belongs to whoever changed it; or its
 * attributes changed since the log was read, so it has to be looked at again.
 */
export type Removed = 'gone' | 'changed' | 'touched'

/** One file, or one folder with its path below the one that was asked about. */
export type Held =
  | { readonly kind: 'file'; readonly sizeBytes: number }
  | { readonly kind: 'folder'; readonly path: readonly string[] }

/** What has a name: a file of so many bytes, or something else. */
export type Holder = { readonly kind: 'file'; readonly sizeBytes: number } | { readonly kind: 'other' }

/**
 * Where bytes go. Parts are named by `fileId`, published files by checked path components.
 *
 * The promise: nothing outside the receiving folder is ever read, written, renamed or deleted, and no symbolic link
 * below it is followed. A published file appears under its name at once and whole; nothing that had the name before is
 * lost unless OVERWRITE was asked for. A disk that was unmounted gets nothing: what is then in the place of the
 * receiving folder is left alone.
 */
export interface ChunkStore {
  /** How small files go together; undefined where each goes alone. See {@link StagedSmallFileStore}. */
  readonly stagedSmallFiles: StagedSmallFileStore | undefined
  /**
   * Writes small files at once, under their names; undefined where that is not one step. Never together with
   * {@link stagedSmallFiles}.
   */
  readonly directSmallFiles: DirectSmallFileStore | undefined
  /** True when parts compute their digest themselves, because they cannot be read before they are whole. */
  readonly digestsParts: boolean
  /**
   * Opens the part of an upload of so many bytes for reading and writing; makes an empty one when there is none.
   *
   * @param kind the digest that it may be asked for, MD5 when not given; see {@link Part.digest}.
   * @throws ReceiveError STORAGE_NOT_WRITABLE when the receiving folder is not the one that was opened.
   */
  openPart(fileId: string, sizeBytes: number, kind?: DigestKind): Promise<Part>
  /** Deletes a part; one that does not exist is success. */
  discardPart(fileId: string): Promise<void>
  /**
   * Gives a part its final name and answers it. Resolves when the name survives a power cut.
   *
   * @throws ReceiveError TARGET_EXISTS when the name is taken and the wish refuses another, or a file stands where a
   * folder is needed; STORAGE_NOT_WRITABLE when the receiving folder is not the one that was opened.
   */
  publish(fileId: string, wish: Wish, publication: Publication): Promise<readonly string[]>
  /** Completes or takes back a publication that was announced and interrupted. `record` as in {@link Publication}. */
  settle(fileId: string, intent: Intent, record: () => Promise<void>): Promise<Settled>
  /** Opens a published file; undefined when there is no regular file of that name. */
  openPublished(path: UploadRecord['path']): Promise<StoredFile | undefined>
  /**
   * Deletes a published file that is still as it was; see {@link Unchanged}. When it answers `gone`, that survives a
   * power cut.
   *
   * @param record awaited afterwards unless it was touched, while nobody else decides about the name.
   */
  removePublished(path: UploadRecord['path'], unchanged: Unchanged, record: () => Promise<void>): Promise<Removed>
  /** Makes a folder and those above it; one that exists is success. Answers its path as it is spelled here. */
  makeFolder(path: readonly string[]): Promise<readonly string[]>
  /**
   * All files and folders below a path, each folder before what is in it; none for a path that is not there yet. What
   * the receiver keeps for itself is left out.
   *
   * @param signal ends it with the signal's reason.
   */
  heldBelow(path: readonly string[], signal: AbortSignal): AsyncIterable<Held>
  /** Bytes that can still be written; infinite when nobody knows. */
  freeBytes(): Promise<number>
  /** The parts that are there, by their fileId. */
  listParts(): AsyncIterable<string>
  /** When the bytes of a part changed last, milliseconds since 1970; undefined when there is no such part. */
  partChangedAtMs(fileId: string): Promise<number | undefined>
  /**
   * The path as it is spelled in the store. Names that differ only by case or normalisation are one name: the answer
   * has the spelling that is there already.
   */
  spelled(path: readonly string[]): Promise<readonly string[]>
  /**
   * What has each of these names in a folder; undefined for a free name. Two names that differ only by case or
   * normalisation are the same name where {@link spelled} says so.
   *
   * @throws ReceiveError TARGET_EXISTS or STORAGE_NOT_WRITABLE when no folder can be there.
   */
  holders(folder: readonly string[], names: readonly string[]): Promise<readonly (Holder | undefined)[]>
}
