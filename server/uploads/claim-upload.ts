import { randomInt } from 'node:crypto'
import { ReceiveError } from '../base/errors.ts'
import type { Range } from '../bytes/range-set.ts'
import type { ChunkRecord, UploadRecord } from '../ledger/ledger.ts'
import { own, type Permissions } from '../permissions/permissions.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { HeldElsewhere } from '../storage/leases.ts'
import type { Reader } from '../storage/readings.ts'
import type { Storage } from '../storage/storage.ts'
import { mustBeFileId, mutexKeyOf } from './new-uploads.ts'

/** A file whose forgotten upload a sender looks for, and what the pieces of it are like that were asked for. */
export type ClaimRequest = {
  /** The key that the upload is to go by from now on. */
  readonly uploadKey: string
  readonly path: readonly string[]
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  /** What was answered before; undefined in the first question. */
  readonly answered: { readonly fileId: string; readonly samples: readonly ChunkRecord[] } | undefined
}

/** There is no such upload; there is one, should the source be the same in these pieces; or it goes by the new key. */
export type Claimed =
  | { readonly kind: 'none' }
  | { readonly kind: 'samples wanted'; readonly fileId: string; readonly ranges: readonly Range[] }
  | { readonly kind: 'granted' }

/** Whoever has an upload that was begun, or got a byte, so lately may come back to it, ms. */
const QUIET_MS = 60_000
/**
 * Pieces that are compared: a source that differs in a half of its pieces is taken for the same once in 65,536 times,
 * and never stored as it.
 */
export const MOST_SAMPLES = 16

const none: Claimed = { kind: 'none' }

type ClaimDeps = Storage & {
  readonly sessions: Sessions
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Lets a sender that lost its memory go on with an upload of its own device. Of several that ask at once one gets it;
 * nobody gets what somebody may still go on with, and callers without tokens get nothing, because nobody knows whose
 * uploads are whose.
 *
 * @param options.startedAtMs when this receiver started, milliseconds since 1970.
 * @param options.signal ends looking for it.
 * @throws ReceiveError BAD_ID.
 */
export async function claimUpload(
  deps: ClaimDeps,
  permissions: Permissions,
  request: ClaimRequest,
  { startedAtMs, signal }: { readonly startedAtMs: number; readonly signal: AbortSignal | undefined },
): Promise<Claimed> {
  const { ledger, now, readings, sessions } = deps
  // Who was busy with what before it started, this receiver does not know.
  if (permissions.owner === undefined || now() - startedAtMs < QUIET_MS) return none
  const { answered } = request
  const reader = { sender: permissions.holder, signal }
  if (answered === undefined) return readings.run(reader, () => lookFor(deps, permissions, request, reader))
  mustBeFileId(answered.fileId)
  const found = await ledger.uploads.find(answered.fileId)
  const key = keyOf(found)
  if (key === undefined || key === request.uploadKey) return none
  // Nobody begins it, or anything by the new key, and nobody else claims it, meanwhile. In one order, so that no two
  // wait for each other.
  const [first = '', second = ''] = [key, request.uploadKey].sort().map((name) => mutexKeyOf(permissions, name))
  return sessions.keys.run(first, () =>
    sessions.keys.run(second, () => take(deps, permissions, request, { ...answered, key }).catch(unlessElsewhere)),
  )
}

async function lookFor(
  deps: ClaimDeps,
  permissions: Permissions,
  request: ClaimRequest,
  reader: Reader,
): Promise<Claimed> {
  const { ledger, readings, sessions } = deps
  let best: { readonly fileId: string; readonly chunks: readonly ChunkRecord[] } | undefined
  for await (const record of readings.fairRecords(reader, ledger.uploads.unfinished())) {
    if (!fits(permissions, record, request) || sessions.isBusyOrWas(record.fileId, QUIET_MS)) continue
    if (!(await isQuiet(deps, record))) continue
    const chunks: ChunkRecord[] = []
    for await (const chunk of readings.fairRecords(reader, ledger.chunks.list(record.fileId))) chunks.push(chunk)
    if (chunks.length > (best?.chunks.length ?? 0)) best = { fileId: record.fileId, chunks }
  }
  if (best === undefined) return none
  return { kind: 'samples wanted', fileId: best.fileId, ranges: someOf(best.chunks) }
}

async function take(
  deps: ClaimDeps,
  permissions: Permissions,
  request: ClaimRequest,
  { fileId, samples, key }: { readonly fileId: string; readonly samples: readonly ChunkRecord[]; readonly key: string },
): Promise<Claimed> {
  const { ledger, now, sessions } = deps
  const { uploads } = ledger
  if ((await uploads.findByKey(request.uploadKey, permissions.owner)) !== undefined) return none
  const found = await uploads.find(fileId)
  const isGrantable = async (record: UploadRecord | undefined) =>
    record !== undefined && keyOf(record) === key && fits(permissions, record, request) && (await isQuiet(deps, record))
  if (
    sessions.isBusyOrWas(fileId, QUIET_MS) ||
    !(await isGrantable(found)) ||
    !(await areStored(deps, fileId, samples))
  )
    return none
  let claimed: Claimed = none
  await sessions.ifIdle(fileId, async (session, isAlone) => {
    // Another node may have been busy with it until now.
    if (!(await isGrantable(session.record)) || !isAlone()) return
    permissions.mustBeValid()
    await session.goBy(request.uploadKey, now())
    claimed = { kind: 'granted' }
  })
  return claimed
}

/** The key that an unfinished upload was begun with; undefined for any other. */
function keyOf(record: UploadRecord | undefined): string | undefined {
  return record?.state.kind === 'receiving' && record.origin.kind === 'begun' ? record.origin.uploadKey : undefined
}

function fits(
  permissions: Permissions,
  record: UploadRecord,
  { path, sizeBytes, modifiedAtMs }: ClaimRequest,
): boolean {
  return (
    own(permissions, record) !== undefined &&
    keyOf(record) !== undefined &&
    record.sizeBytes === sizeBytes &&
    record.modifiedAtMs === modifiedAtMs &&
    record.askedPath.length === path.length &&
    record.askedPath.every((name, index) => name === path[index])
  )
}

/** True when for a while nobody has begun it or sent a byte of it. */
async function isQuiet({ store, now }: ClaimDeps, { fileId, begunAtMs = 0 }: UploadRecord): Promise<boolean> {
  const quietSinceMs = now() - QUIET_MS
  if (begunAtMs > quietSinceMs) return false
  return ((await store.partChangedAtMs(fileId)) ?? 0) <= quietSinceMs
}

/**
 * Whether each sample is a chunk that is stored, as it was when it was checked and written; and as many as were asked
 * for.
 */
async function areStored({ ledger }: ClaimDeps, fileId: string, samples: readonly ChunkRecord[]): Promise<boolean> {
  let count = 0
  let chunks = 0
  for await (const { start, end, crc32 } of ledger.chunks.list(fileId)) {
    chunks++
    const sample = samples.find((one) => one.start === start)
    if (sample === undefined) continue
    if (sample.end !== end || sample.crc32 !== crc32) return false
    count++
  }
  return count > 0 && count === samples.length && count === Math.min(chunks, MOST_SAMPLES)
}

/** The first chunk, the last, and others by chance. */
function someOf(chunks: readonly ChunkRecord[]): readonly Range[] {
  const left = [...chunks]
  const chosen = [left.shift(), left.pop()].filter((chunk) => chunk !== undefined)
  while (left.length > 0 && chosen.length < MOST_SAMPLES) chosen.push(...left.splice(randomInt(left.length), 1))
  return chosen.map(({ start, end }) => ({ start, end })).sort((one, other) => one.start - other.start)
}

/** Another node is busy with it, or it ended a moment ago. */
function unlessElsewhere(error: unknown): Claimed {
  if (error instanceof HeldElsewhere || (error instanceof ReceiveError && error.code === 'UNKNOWN_UPLOAD')) return none
  throw error
}
