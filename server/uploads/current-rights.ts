import type { Digest } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { FinishedFile, OnVerified } from '../sessions/finish.ts'
import type { Session } from '../sessions/session.ts'

/** Throws ReceiveError NOT_ALLOWED for an upload that is to replace what is there, of a device that may not. */
export function mayReplaceOrThrow(
  { mayOverwrite }: Permissions,
  { onConflict }: { readonly onConflict: string },
): void {
  if (onConflict === 'OVERWRITE' && !mayOverwrite)
    throw new ReceiveError('NOT_ALLOWED', 'This device may not replace files that are there.')
}

/**
 * Makes an upload follow what its device may do now, which may be another thing than when it was begun: it goes below
 * the folder that the device has now, when there is room.
 *
 * @throws ReceiveError NOT_ALLOWED, QUOTA, BAD_NAME, NO_TOKEN, TOKEN_EXPIRED; the upload stays as it is then.
 */
export async function followRights(permissions: Permissions, session: Session): Promise<void> {
  if (!session.isOpen) return
  permissions.mustBeValid()
  const { record } = session
  mayReplaceOrThrow(permissions, record)
  const path = pathNow(permissions, record)
  await permissions.reserve({ ...record, path })
  // It may have been finished or cancelled meanwhile, and with it what it had reserved before.
  if (!session.isOpen) return permissions.release(record.fileId)
  if (!isSamePath(path, record.path)) await session.rename(path)
}

/**
 * Answers what to call before each thing that is done for an upload: only where its device may have changed it costs
 * more than a look.
 */
export function followingRights(permissions: Permissions, session: Session): () => Promise<void> {
  let known: object | undefined
  return async () => {
    const now = permissions.rights()
    if (now === known) return
    await followRights(permissions, session)
    known = now
  }
}

/**
 * Verifies and publishes an upload as its device may do now, at the beginning and at the end.
 *
 * @throws what {@link followRights}, {@link mustStillBeAllowed} and {@link Session.finish} throw.
 */
export async function finishAllowed(
  permissions: Permissions,
  session: Session,
  expected: Digest | undefined,
  generation: number,
  onVerified?: OnVerified,
): Promise<FinishedFile> {
  // Where nothing has changed nothing is waited for, so that nobody else comes in between.
  if (session.isOpen && !isWhereItBelongs(permissions, session.record)) await followRights(permissions, session)
  return session.finish(expected, generation, {
    sender: permissions.holder,
    ...(onVerified !== undefined && { onVerified }),
    mustBeAllowed: (record) => mustStillBeAllowed(permissions, record),
  })
}

/**
 * Throws ReceiveError NOT_ALLOWED, NO_TOKEN or TOKEN_EXPIRED when a device may not store an upload any more as it is
 * recorded, and BUSY when it may under another path, or if there is room.
 */
function mustStillBeAllowed(permissions: Permissions, record: UploadRecord): void {
  permissions.mustBeValid()
  mayReplaceOrThrow(permissions, record)
  if (!isWhereItBelongs(permissions, record)) throw changed()
}

/** The same for an upload whose path is decided at this moment, which mostly costs no more than a look. */
export function allowedSince(permissions: Permissions, record: UploadRecord): () => void {
  const before = permissions.rights()
  return () => {
    if (permissions.rights() !== before || !permissions.isReserved(record)) mustStillBeAllowed(permissions, record)
  }
}

/**
 * Throws BUSY when what a caller asked for belongs under another path by now than the one that was found for it, and
 * what {@link Permissions.pathFor} throws.
 */
export function mustStillBeItsPath(permissions: Permissions, asked: readonly string[], path: readonly string[]): void {
  if (!isSamePath(permissions.pathFor(asked), path)) throw changed()
}

function changed(): ReceiveError {
  return new ReceiveError('BUSY', 'What this device may store was changed at this moment; try again.')
}

/** Whether an upload goes where it is recorded to go, and has its room there. */
function isWhereItBelongs(permissions: Permissions, record: UploadRecord): boolean {
  return isSamePath(pathNow(permissions, record), record.path) && permissions.isReserved(record)
}

/**
 * Where an upload goes as its device's folder is now. A three-RPC client asked for no path, so that the name counts
 * which it has.
 */
function pathNow(permissions: Permissions, { origin, askedPath, path }: UploadRecord): readonly string[] {
  return permissions.pathFor(origin.kind === 'plain' ? path.slice(-1) : askedPath)
}

function isSamePath(one: readonly string[], other: readonly string[]): boolean {
  return one.join('/') === other.join('/')
}
