import { randomBytes } from 'node:crypto'
import { DEFAULT_DIGEST_KIND } from '../../proto/digest/digest-forms.ts'
import type { DigestKind } from '../../proto/digests.ts'
import { CHUNK_BYTES, CHUNK_GRID_BYTES } from '../../proto/limits.ts'
import { ReceiveError } from '../base/errors.ts'
import { checkChunk, type IncomingChunk } from '../bytes/checked-chunk.ts'
import type { BatchItem, OnConflict, UploadRecord } from '../ledger/ledger.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { Session } from '../sessions/session.ts'
import type { Storage } from '../storage/storage.ts'
import { mayReplaceOrThrow } from './current-rights.ts'

/** What a sender says about a file when it begins to send it. */
export type BeginRequest = {
  readonly uploadKey: string
  readonly path: readonly string[]
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  readonly onConflict: OnConflict | 'SKIP_SAME'
  /** When the sender asked, milliseconds since 1970. */
  readonly begunAtMs: number
  /** SHA-256 of the file, hex; empty when the sender did not say. Only SKIP_SAME asks for it. */
  readonly sha256: string
  /** What the sender computes of the file. */
  readonly verifiedBy: DigestKind
  /** What the file is sent together with; undefined when the sender did not say. */
  readonly batch?: BatchItem
  /** Ends comparing it with what is stored. */
  readonly signal?: AbortSignal | undefined
}

/**
 * What became of a request to begin: there is a session to send to, or, with SKIP_SAME, nothing to send or a digest to
 * ask for.
 */
export type Begun =
  | { readonly kind: 'open'; readonly session: Session }
  | { readonly kind: 'same'; readonly file: FinishedFile }
  | { readonly kind: 'sha256 wanted' }

/** What became of a chunk; see `ChunkOutcome` in the wire contract. */
export type Outcome = 'STORED' | 'DUPLICATE' | 'CORRUPT'

/** To begin an upload, or to forget it again, takes about as long as to store so many bytes. */
export const RECORD_BYTES = 256 * 1024

/** The last moment that a file system and a Date both can name: the end of the year 9999. */
const LATEST_MS = 253_402_300_799_000

/**
 * What is recorded of an upload that there was not.
 *
 * @throws ReceiveError BAD_ID, BAD_NAME, NOT_ALLOWED.
 */
export function newRecord(
  permissions: Permissions,
  request: BeginRequest,
): UploadRecord & { readonly modifiedAtMs: number } {
  mustBeUploadKey(request.uploadKey)
  mayReplaceOrThrow(permissions, request)
  return {
    fileId: randomBytes(16).toString('hex'),
    origin: { kind: 'begun', uploadKey: request.uploadKey },
    ...(permissions.owner !== undefined && { owner: permissions.owner }),
    path: permissions.pathFor(request.path),
    askedPath: request.path,
    sizeBytes: request.sizeBytes,
    generation: 0,
    state: { kind: 'receiving' },
    begunAtMs: request.begunAtMs,
    modifiedAtMs: Math.min(Math.max(0, request.modifiedAtMs), LATEST_MS),
    ...(request.batch !== undefined && { batch: request.batch }),
    ...(request.verifiedBy !== DEFAULT_DIGEST_KIND && { verifiedBy: request.verifiedBy }),
    // A file that turned out to be another one must not be lost, nor the one that is there.
    onConflict: request.onConflict === 'SKIP_SAME' ? 'KEEP_BOTH' : request.onConflict,
    skipSame: request.onConflict === 'SKIP_SAME',
  }
}

/**
 * Saves the record of an upload that there was not, when there is room for all of its bytes.
 *
 * @throws ReceiveError DISK_FULL, QUOTA, BUSY when too many uploads are open.
 */
export async function saveNew(
  storage: Pick<Storage, 'ledger' | 'space' | 'fairQueue'>,
  permissions: Permissions,
  record: UploadRecord,
): Promise<void> {
  await reserveRoom(storage, permissions, record)
  try {
    await storage.fairQueue.pay(permissions.holder, RECORD_BYTES)
    await storage.ledger.uploads.save(record)
  } catch (error) {
    permissions.release(record.fileId)
    storage.space.release(record.fileId)
    throw error
  }
}

/** Reserves room for all bytes of a new upload. Throws ReceiveError DISK_FULL, QUOTA. */
export async function reserveRoom(
  { space }: Pick<Storage, 'space'>,
  permissions: Permissions,
  record: UploadRecord,
): Promise<void> {
  const { fileId, sizeBytes } = record
  await permissions.reserve(record)
  try {
    // Also for an empty one: a disk may have room for bytes and for no more files.
    await space.reserve(fileId, permissions.holder, Math.max(sizeBytes, 1))
  } catch (error) {
    permissions.release(fileId)
    throw error
  }
}

/**
 * Checks a chunk and stores it.
 *
 * @throws ReceiveError BAD_OFFSET or BAD_LENGTH when it is not on the grid of {@link CHUNK_GRID_BYTES} or too long,
 * PAST_END, and what {@link Session.store} throws.
 */
export async function receive(session: Session, chunk: IncomingChunk, generation: number): Promise<Outcome> {
  mustBeOnGrid(chunk, session.record.sizeBytes)
  const checked = checkChunk(chunk)
  return checked === undefined ? 'CORRUPT' : session.store(checked, generation)
}

/** Throws ReceiveError BAD_ID for anything that no receiver would have issued. */
export function mustBeFileId(fileId: string): void {
  if (!/^[0-9a-f]{32}$/.test(fileId)) throw new ReceiveError('BAD_ID', 'Expected a file_id that this receiver issued.')
}

/** What {@link Sessions.keys} knows an upload by. Two devices may have chosen the same key. */
export function mutexKeyOf({ owner = '' }: Permissions, uploadKey: string): string {
  return `${owner}/${uploadKey}`
}

/** Throws ReceiveError BAD_ID. */
export function mustBeUploadKey(uploadKey: string): void {
  if (!/^[A-Za-z0-9_-]{16,64}$/.test(uploadKey)) {
    throw new ReceiveError('BAD_ID', 'Expected an upload_key of 16 to 64 characters of [A-Za-z0-9_-].')
  }
}

/** Throws ReceiveError PARAMS_CHANGED when a key was used for another file. */
export function mustBeSameFile(record: UploadRecord, request: BeginRequest): void {
  const same =
    record.sizeBytes === request.sizeBytes &&
    record.askedPath.length === request.path.length &&
    record.askedPath.every((name, index) => name === request.path[index])
  if (!same) throw new ReceiveError('PARAMS_CHANGED', 'This upload_key belongs to a file of another path or size.')
}

function mustBeOnGrid({ offset, data }: IncomingChunk, sizeBytes: number): void {
  if (offset % CHUNK_GRID_BYTES !== 0)
    throw new ReceiveError('BAD_OFFSET', `Offset ${offset} is not a multiple of ${CHUNK_GRID_BYTES}.`)
  const end = offset + data.length
  if (end > sizeBytes) {
    throw new ReceiveError('PAST_END', `The chunk at ${offset} has ${data.length} bytes and ends past ${sizeBytes}.`)
  }
  if (data.length === 0 || data.length > CHUNK_BYTES) {
    throw new ReceiveError(
      'BAD_LENGTH',
      `The chunk at ${offset} has ${data.length} bytes; expected 1 to ${CHUNK_BYTES}.`,
    )
  }
  if (end % CHUNK_GRID_BYTES !== 0 && end !== sizeBytes) {
    const expected = `its end at a multiple of ${CHUNK_GRID_BYTES} or at ${sizeBytes}`
    throw new ReceiveError('BAD_LENGTH', `The chunk at ${offset} has ${data.length} bytes; expected ${expected}.`)
  }
}
