import { createHash } from 'node:crypto'
import type { Digest } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import { mustOwn, own, type Permissions } from '../permissions/permissions.ts'
import type { FinishedFile, OnVerified } from '../sessions/finish.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Storage } from '../storage/storage.ts'
import { type ChunkStream, receiveChunks } from './chunk-stream.ts'
import { type Claimed, type ClaimRequest, claimUpload } from './claim-upload.ts'
import { allowedSince, finishAllowed, followRights } from './current-rights.ts'
import {
  type BeginRequest,
  type Begun,
  mustBeFileId,
  mustBeSameFile,
  mustBeUploadKey,
  mutexKeyOf,
  newRecord,
  RECORD_BYTES,
  reserveRoom,
  saveNew,
} from './new-uploads.ts'
import { likenessOf } from './skip-same.ts'
import { mustBeUndamaged, SHORT_BYTES, type SmallFile, type SmallFiles } from './small-file-stream.ts'
import { newAtWork } from './under-way.ts'

/** What uploads are received with. */
export type UploadsDeps = Storage & {
  readonly sessions: Sessions
  /** Undefined where every file goes alone. */
  readonly smallFiles: SmallFiles | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** An upload that a sender can go on with, as far as the ledger knows it. */
export type OpenUpload = {
  readonly uploadKey: string
  readonly record: UploadRecord
  readonly storedBytes: number
  readonly busy: boolean
}

/** A request to verify and publish an upload. */
export type FinishRequest = {
  readonly fileId: string
  readonly generation: number
  readonly digest: Digest
  readonly onVerified: OnVerified
}

/**
 * What senders do with uploads that they begin with a key of their own. Each call says who asks; nobody reaches an
 * upload of somebody else.
 */
export class Uploads {
  readonly #deps: UploadsDeps
  readonly #startedAtMs: number
  /** What is being stored of all streams, of chunks and of small files; see `UnderWay`. */
  readonly atWork = newAtWork()

  constructor(deps: UploadsDeps) {
    this.#deps = deps
    this.#startedAtMs = deps.now()
  }

  /**
   * Opens an upload, or opens it again: the same key always names the same upload. `answer` is called while its session
   * is open.
   *
   * @throws ReceiveError BAD_ID, BAD_NAME, BAD_HASH_FORMAT, NOT_ALLOWED, PARAMS_CHANGED when the key was used for
   * another file, DISK_FULL or QUOTA when the rest would not fit, BUSY when too many uploads are open.
   */
  async begin<T>(permissions: Permissions, request: BeginRequest, answer: (begun: Begun) => T): Promise<T> {
    const { ledger, sessions, space } = this.#deps
    const record = newRecord(permissions, request)
    return sessions.keys.run(mutexKeyOf(permissions, request.uploadKey), async () => {
      const found = await ledger.uploads.findByKey(request.uploadKey, permissions.owner)
      if (found) mustBeSameFile(found, request)
      else if (request.onConflict === 'SKIP_SAME') {
        const reader = { sender: permissions.holder, signal: request.signal }
        const likeness = await likenessOf(this.#deps, reader, record.path, request)
        if (likeness.kind !== 'other') return answer(likeness)
      }
      const { fileId } = found ?? record
      if (!found) await saveNew(this.#deps, permissions, record)
      return sessions.use(fileId, permissions.holder, async (session) => {
        await session.renew(record)
        await followRights(permissions, session)
        const missingBytes = session.missing.reduce((bytes, { start, end }) => bytes + end - start, 0)
        if (!session.finished) await space.reserve(fileId, permissions.holder, missingBytes)
        return answer({ kind: 'open', session })
      })
    })
  }

  /**
   * Stores the chunks of a stream.
   *
   * @throws ReceiveError UNKNOWN_UPLOAD, and what {@link Sessions.use} and {@link receiveChunks} throw.
   */
  async receive(permissions: Permissions, fileId: string, stream: ChunkStream): Promise<void> {
    const { ledger, sessions, fairQueue } = this.#deps
    mustOwn(permissions, await ledger.uploads.find(fileId))
    const shared = { fairQueue, atWork: this.atWork }
    await sessions.use(fileId, permissions.holder, (session) => receiveChunks(session, permissions, shared, stream))
  }

  /**
   * Takes one small file from nothing to finished: together with others where nothing is in its way, else through the
   * same steps as an upload that is begun, sent and finished.
   *
   * @throws ReceiveError BAD_LENGTH, FINAL_CHECKSUM when the bytes arrived damaged, and what {@link begin},
   * {@link SmallFiles.put}, {@link Session.store} and {@link finishAllowed} throw.
   */
  async put(permissions: Permissions, file: SmallFile): Promise<FinishedFile> {
    const { data, digest, ...request } = file
    const chunk = await mustBeUndamaged(file, permissions.holder)
    const stored = await this.#putSmall(permissions, file)
    if (stored !== undefined) return stored
    const sha256 = request.onConflict === 'SKIP_SAME' ? createHash('sha256').update(data).digest('hex') : ''
    return this.begin(permissions, { ...request, sha256, verifiedBy: digest.kind }, async (begun) => {
      if (begun.kind === 'same') return begun.file
      if (begun.kind !== 'open') throw new Error('A file that came with its digest was asked for it.')
      const { session } = begun
      const { generation } = session.record
      if (session.missing.length > 0) await session.store(chunk, generation)
      return finishAllowed(permissions, session, digest, generation)
    })
  }

  /**
   * Verifies and publishes an upload. `answer` is called while its session is open.
   *
   * @throws ReceiveError UNKNOWN_UPLOAD, and what {@link Sessions.use} and {@link finishAllowed} throw.
   */
  async finish(
    permissions: Permissions,
    { fileId, generation, digest, onVerified }: FinishRequest,
    answer: (file: FinishedFile) => Promise<unknown>,
  ): Promise<void> {
    const { ledger, sessions } = this.#deps
    mustOwn(permissions, await ledger.uploads.find(fileId))
    await sessions.use(fileId, permissions.holder, async (session) => {
      await answer(await finishAllowed(permissions, session, digest, generation, onVerified))
    })
  }

  /**
   * Forgets an unfinished upload, named by the id it was given or the key it was begun with. Forgetting what is not
   * known is success, so that asking twice is.
   */
  async abort(
    permissions: Permissions,
    id: { readonly fileId: string } | { readonly uploadKey: string },
  ): Promise<void> {
    const { ledger, sessions, fairQueue } = this.#deps
    await fairQueue.pay(permissions.holder, RECORD_BYTES)
    if ('fileId' in id) {
      mustBeFileId(id.fileId)
      if (own(permissions, await ledger.uploads.find(id.fileId))) await this.#abortKnown(permissions, id.fileId)
      return
    }
    mustBeUploadKey(id.uploadKey)
    await sessions.keys.run(mutexKeyOf(permissions, id.uploadKey), async () => {
      const found = await ledger.uploads.findByKey(id.uploadKey, permissions.owner)
      if (found) await this.#abortKnown(permissions, found.fileId)
    })
  }

  /**
   * Tells of the caller's unfinished uploads that were begun with a key, as long as `tell` answers true. Those of
   * three-RPC clients are left out: nobody but their client could go on with them.
   *
   * @param signal ends looking for them.
   */
  async list(
    permissions: Permissions,
    signal: AbortSignal | undefined,
    tell: (upload: OpenUpload) => Promise<boolean>,
  ): Promise<void> {
    const { ledger, readings, sessions } = this.#deps
    const reader = { sender: permissions.holder, signal }
    await readings.run(reader, async () => {
      for await (const record of readings.fairRecords(reader, ledger.uploads.unfinished())) {
        if (record.origin.kind !== 'begun' || !own(permissions, record)) continue
        let storedBytes = 0
        for await (const { start, end } of readings.fairRecords(reader, ledger.chunks.list(record.fileId)))
          storedBytes += end - start
        const busy = sessions.isBusy(record.fileId)
        if (!(await tell({ uploadKey: record.origin.uploadKey, record, storedBytes, busy }))) return
      }
    })
  }

  /** Lets a sender that lost its memory go on with an upload of its own; see {@link claimUpload}. */
  claim(permissions: Permissions, request: ClaimRequest, signal: AbortSignal | undefined): Promise<Claimed> {
    return claimUpload(this.#deps, permissions, request, { startedAtMs: this.#startedAtMs, signal })
  }

  /** Stores a new file whose name is free; undefined for any other. */
  async #putSmall(
    permissions: Permissions,
    { data, digest, ...request }: SmallFile,
  ): Promise<FinishedFile | undefined> {
    const { onConflict } = request
    const { ledger, sessions, smallFiles, space } = this.#deps
    // What may be replaced, or be there already, is not known by its name alone.
    if (onConflict === 'OVERWRITE' || onConflict === 'SKIP_SAME' || smallFiles === undefined) return undefined
    // To write it a second time, into a journal, would cost more than a sync of its own.
    if (data.length > SHORT_BYTES) return undefined
    const record = { ...newRecord(permissions, { ...request, sha256: '', verifiedBy: digest.kind }), onConflict }
    const { fileId } = record
    const mustBeAllowed = allowedSince(permissions, record)
    return sessions.keys.run(mutexKeyOf(permissions, request.uploadKey), async () => {
      if ((await ledger.uploads.findByKey(request.uploadKey, permissions.owner)) !== undefined) return undefined
      await reserveRoom(this.#deps, permissions, record)
      let stored: FinishedFile | undefined
      try {
        stored = await smallFiles.put({ record, data, digest, sender: permissions.holder, mustBeAllowed })
        return stored
      } finally {
        space.release(fileId)
        if (stored === undefined) permissions.release(fileId)
      }
    })
  }

  async #abortKnown(permissions: Permissions, fileId: string): Promise<void> {
    try {
      await this.#deps.sessions.use(fileId, permissions.holder, async (session) => {
        permissions.mustBeValid()
        await session.abort()
      })
    } catch (error) {
      // Somebody else cancelled it between the look and the call.
      if (!(error instanceof ReceiveError && error.code === 'UNKNOWN_UPLOAD')) throw error
    }
  }
}
