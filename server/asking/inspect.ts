import { digestNames } from '../../proto/digest/digest-forms.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { ReceiveError } from '../base/errors.ts'
import { type Hash, hashingHere } from '../bytes/hashing.ts'
import { PrefixDigest } from '../bytes/prefix-digest.ts'
import { listed, type RangeSet } from '../bytes/range-set.ts'
import { type FinishedRecord, isFinished, type UploadRecord } from '../ledger/ledger.ts'
import { own, type Permissions } from '../permissions/permissions.ts'
import { finishedFileOf } from '../sessions/finish.ts'
import type { Reader } from '../storage/readings.ts'
import type { Storage } from '../storage/storage.ts'
import { internalId, type ThreeRpcDeps } from '../three-rpc/three-rpc-uploads.ts'
import { finishAllowed } from '../uploads/current-rights.ts'
import { isThere, openStillPublished } from '../uploads/still-published.ts'
import type { HowFar } from './asked-files.ts'

/**
 * Names a file to {@link storedOf} and {@link checkIntegrity}: an id that this receiver issued, or a three-RPC client's
 * own.
 */
export type FileIdentifier = { readonly fileId: string; readonly fileName: string }

/** What is stored of a file: where its chunks begin, and the same as merged ranges. */
export type Stored = { readonly offsets: readonly number[]; readonly ranges: RangeSet }

/** The outcome of reading a stored file again. An MD5 is empty when there is none. */
export type Integrity = {
  readonly match: boolean
  readonly serverMd5: string
  readonly clientMd5: string
  readonly message: string
}

/** More offsets than this do not fit into a message; the ranges still tell everything. */
const MAX_OFFSETS = 1_000_000

/** The same for a file that another upload stored there: its content is not told. */
const GONE = 'The file was complete, and has been moved, replaced or deleted since.'

const nothing: Stored = { offsets: [], ranges: [] }

/**
 * What is stored of a file. Nothing for a file the receiver does not know, or one that was finished and then taken
 * away.
 */
export async function storedOf(
  threeRpc: ThreeRpcDeps,
  permissions: Permissions,
  identifier: FileIdentifier,
  signal: AbortSignal | undefined,
): Promise<Stored> {
  const record = await find(threeRpc, permissions, identifier)
  if (record === undefined) return nothing
  const { ledger, readings, sessions } = threeRpc
  const reader = { sender: permissions.holder, signal }
  if (record.state.kind === 'finished' && !(await isThere(threeRpc, record))) return nothing
  return readings.run(reader, () =>
    sessions.use(record.fileId, permissions.holder, async (session) => {
      const ranges = session.stored
      if (record.origin.kind === 'begun') return { offsets: gridOffsets(ranges), ranges }
      const offsets: number[] = []
      for await (const { start } of readings.fairRecords(reader, ledger.chunks.list(record.fileId))) {
        offsets.push(start)
        if (offsets.length === MAX_OFFSETS) break
      }
      return { offsets, ranges }
    }),
  )
}

/**
 * How far the file is that an id names; one that was complete and is not there any more is not known. One of which
 * every byte is stored, and which was not finished because the receiver ended just then, is finished when `mayFinish`.
 */
export async function howFar(
  threeRpc: ThreeRpcDeps,
  permissions: Permissions,
  fileId: string,
  mayFinish: boolean,
): Promise<HowFar> {
  let record = await find(threeRpc, permissions, { fileId, fileName: '' })
  if (mayFinish && record?.state.kind === 'receiving') record = (await settled(threeRpc, permissions, record)).record
  const file = record && finishedFileOf(record)
  if (record === undefined || file === undefined) return { kind: record === undefined ? 'unknown' : 'begun' }
  return (await isThere(threeRpc, record)) ? { kind: 'complete', file } : { kind: 'unknown' }
}

/**
 * An unfinished upload and what it misses. One of a three-RPC client that misses nothing is finished; who began one
 * does that for itself.
 */
function settled(
  { sessions }: ThreeRpcDeps,
  permissions: Permissions,
  { fileId, generation, origin }: UploadRecord,
): Promise<{ readonly record: UploadRecord; readonly missing: RangeSet }> {
  return sessions.use(fileId, permissions.holder, async (session) => {
    if (session.missing.length === 0 && origin.kind === 'plain')
      await finishAllowed(permissions, session, undefined, generation)
    return { record: session.record, missing: session.missing }
  })
}

/**
 * Reads a finished file again and compares its MD5 with the client's, or with the one that was recorded when it became
 * complete. Where that was a digest of another kind, it is computed, too, and is what is compared.
 *
 * @param signal ends the reading.
 */
export async function checkIntegrity(
  threeRpc: ThreeRpcDeps,
  permissions: Permissions,
  identifier: FileIdentifier,
  clientMd5: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Integrity> {
  const none = { match: false, serverMd5: '', clientMd5: clientMd5 ?? '' }
  let record = await find(threeRpc, permissions, identifier)
  if (record === undefined) return { ...none, message: 'Nothing is stored of this file.' }
  let missing: RangeSet = []
  if (record.state.kind !== 'finished') ({ record, missing } = await settled(threeRpc, permissions, record))
  if (!isFinished(record)) {
    return { ...none, message: `The file is not complete. Missing bytes: ${listed(missing)} of ${record.sizeBytes}.` }
  }
  const still = await readStill(threeRpc, record, { sender: permissions.holder, signal })
  if (still === undefined) return { ...none, message: GONE }
  const { kind, hex } = record.state.digest
  const match = clientMd5 === undefined ? still.isAsRecorded : still.md5 === clientMd5
  const source =
    clientMd5 === undefined ? `the ${digestNames[kind]} recorded when the file became complete` : "the client's MD5"
  const message = `${match ? 'Matches' : 'Differs from'} ${source}.`
  return { match, serverMd5: still.md5, clientMd5: clientMd5 ?? (kind === 'md5' ? hex : ''), message }
}

/** What an upload stored, as it is on the disk now; undefined when it is not there any more. */
function readStill(
  storage: Storage,
  record: FinishedRecord,
  reader: Reader,
): Promise<{ readonly md5: string; readonly isAsRecorded: boolean } | undefined> {
  const { readings, hashing } = storage
  const recorded = record.state.digest
  return readings.run(reader, async () => {
    const still = await openStillPublished(storage, record)
    if (still === undefined) return undefined
    const { file, isOwn } = still
    try {
      let beside: Hash | undefined
      const read = async function* (start: number, end: number) {
        if (recorded.kind !== 'md5' && start === 0) beside = hashingHere.begin(recorded.kind)
        for await (const block of readings.fairBlocks(reader, file.read(start, end))) {
          await beside?.update(block)
          yield block
        }
      }
      const md5 = await new PrefixDigest('md5', hashing).finish(file.sizeBytes, read, () => {})
      const isAsRecorded = ((await beside?.hex()) ?? md5) === recorded.hex
      return isOwn || isAsRecorded ? { md5, isAsRecorded } : undefined
    } finally {
      await file.close()
    }
  })
}

/** The record an identifier names, and what its name says is remembered on the way. */
async function find(
  { sessions, ledger, names }: ThreeRpcDeps,
  permissions: Permissions,
  { fileId, fileName }: FileIdentifier,
): Promise<UploadRecord | undefined> {
  mustBeClientFileId(fileId)
  const begun = /^[0-9a-f]{32}$/.test(fileId) ? own(permissions, await ledger.uploads.find(fileId)) : undefined
  if (begun) return begun
  const internalFileId = internalId(permissions, fileId)
  await names.remember(permissions, internalFileId, fileName)
  const record = own(permissions, await ledger.uploads.find(internalFileId))
  if (record?.state.kind === 'receiving' && fileName !== '') {
    await sessions.use(internalFileId, permissions.holder, async (session) =>
      session.rename(await names.pathOf(permissions, internalFileId, fileId)),
    )
  }
  return record
}

export function isClientFileId(clientFileId: string): boolean {
  return clientFileId !== '' && clientFileId.length <= 255
}

/** Throws ReceiveError BAD_ID for an id that is empty or too long. */
export function mustBeClientFileId(clientFileId: string): void {
  if (!isClientFileId(clientFileId)) throw new ReceiveError('BAD_ID', 'Expected a file_id of 1 to 255 characters.')
}

function gridOffsets(ranges: RangeSet): number[] {
  const offsets: number[] = []
  for (const { start, end } of ranges) {
    for (let offset = start; offset < end && offsets.length < MAX_OFFSETS; offset += CHUNK_BYTES) offsets.push(offset)
  }
  return offsets
}
