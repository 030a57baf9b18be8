import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { PUT_FILE_MAX_BYTES } from '../../proto/limits.ts'
import { ReceiveError, toReceiveError } from '../base/errors.ts'
import { toOffset } from '../bytes/to-offset.ts'
import type { Grant } from '../permissions/grant.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { SessionDeps } from '../sessions/session.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { SmallFile } from '../small-files/small-files.ts'
import { type BeginRequest, begin, newRecord, promiseRoom, turnOf } from './begun-uploads.ts'
import { allowedSince, finishAllowed } from './current-rights.ts'

/** One small file with all its bytes, as it came from the wire. */
export type WholeFile = Omit<BeginRequest, 'sha256'> & {
  readonly data: Buffer
  readonly crc32: number
  /** MD5 of the sender's file, lower-case hex. */
  readonly md5: string
}

/** Files of one stream that are being stored at the same time: enough to share each sync of a disk, few enough to be fair to other streams. */
const FILES_AT_ONCE = 64

/** A shorter way for small files that are new and whose names are free; `put` answers undefined for one that cannot go it. */
export type ShortWay = { put(file: SmallFile): Promise<FinishedFile | undefined>; close(): Promise<void> }

/** `smallFiles` is undefined where every file goes alone. */
export type PutDeps = SessionDeps & { readonly smallFiles: ShortWay | undefined }

/**
 * Takes one small file from nothing to finished: together with others where nothing is in its way, else through the same steps as an upload that
 * is begun, sent and finished.
 *
 * @throws ReceiveError BAD_LENGTH, FINAL_CHECKSUM when the bytes arrived damaged, and what {@link begin}, {@link ShortWay.put},
 * {@link Session.store} and {@link finishAllowed} throw.
 */
export async function put(
  sessions: Sessions,
  deps: PutDeps,
  grant: Grant,
  sender: string,
  file: WholeFile,
): Promise<FinishedFile> {
  const { data, md5, ...request } = file
  mustBeWhole(file)
  const stored = await putTogether(sessions, deps, grant, sender, file)
  if (stored !== undefined) return stored
  const sha256 = request.onConflict === 'SKIP_SAME' ? createHash('sha256').update(data).digest('hex') : ''
  return begin(sessions, deps, grant, { ...request, sha256 }, async (begun) => {
    if (begun.kind === 'same') return begun.file
    if (begun.kind !== 'open') throw new Error('A file that came with its digest was asked for it.')
    const { session } = begun
    const { generation } = session.record
    const whole = { offset: toOffset('0'), data, crc32: file.crc32, sender }
    if (session.missing.length > 0) await session.store(whole, generation)
    return finishAllowed(grant, session, md5, generation)
  })
}

/** Stores a new file whose name is free; undefined for any other. */
async function putTogether(
  sessions: Sessions,
  deps: PutDeps,
  grant: Grant,
  sender: string,
  { data, md5, ...request }: WholeFile,
): Promise<FinishedFile | undefined> {
  const { onConflict } = request
  // What may be replaced, or be there already, is not known by its name alone.
  const { smallFiles } = deps
  if (onConflict === 'OVERWRITE' || onConflict === 'SKIP_SAME' || smallFiles === undefined) return undefined
  const record = { ...newRecord(grant, { ...request, sha256: '' }), onConflict }
  const { fileId } = record
  const mustBeAllowed = allowedSince(grant, record)
  return sessions.inTurn(turnOf(grant, request.uploadKey), async () => {
    if ((await deps.ledger.uploads.findByKey(request.uploadKey, grant.owner)) !== undefined) return undefined
    await promiseRoom(deps, grant, record)
    let stored: FinishedFile | undefined
    try {
      stored = await smallFiles.put({ record, data, md5, sender, mustBeAllowed })
      return stored
    } finally {
      deps.space.release(fileId)
      if (stored === undefined) grant.release(fileId)
    }
  })
}

/**
 * Stores the files of one stream, {@link FILES_AT_ONCE} at a time, and answers each as soon as its fate is known.
 *
 * @param next the next file, with its key; undefined at the end of the stream. What `file` throws refuses this file only.
 * @throws ReceiveError DRAINING when the receiver is closing, after the files that are under way are answered.
 */
export async function putEach(
  store: (file: WholeFile) => Promise<FinishedFile>,
  next: () => Promise<{ readonly uploadKey: string; readonly file: () => WholeFile } | undefined>,
  answer: (uploadKey: string, fate: FinishedFile | ReceiveError, beganMs: number) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  let draining: ReceiveError | undefined
  let answering: Promise<void> = Promise.resolve()
  const storeOne = async (uploadKey: string, file: () => WholeFile): Promise<void> => {
    const beganMs = performance.now()
    const fate = await fateOf(async () => store(file()))
    if (fate instanceof ReceiveError && fate.code === 'DRAINING') draining = fate
    // One after the other, because a stream that takes no more tells only one who waits.
    answering = answering.then(() => answer(uploadKey, fate, beganMs))
    await answering
  }
  try {
    for (let asked = await next(); asked !== undefined && draining === undefined; asked = await next()) {
      const storing: Promise<void> = storeOne(asked.uploadKey, asked.file).finally(() => underWay.delete(storing))
      underWay.add(storing)
      // The next message is not read before there is room for it, and that holds the sender back.
      if (underWay.size >= FILES_AT_ONCE) await Promise.race(underWay)
    }
  } finally {
    await Promise.all(underWay)
  }
  if (draining !== undefined) throw draining
}

async function fateOf(task: () => Promise<FinishedFile>): Promise<FinishedFile | ReceiveError> {
  try {
    return await task()
  } catch (error) {
    return toReceiveError(error)
  }
}

function mustBeWhole({ sizeBytes, data, crc32: expected, md5 }: WholeFile): void {
  if (data.length > PUT_FILE_MAX_BYTES) {
    throw new ReceiveError('BAD_LENGTH', `The file has ${data.length} bytes; PutFiles takes ${PUT_FILE_MAX_BYTES}.`)
  }
  if (data.length !== sizeBytes) {
    throw new ReceiveError('BAD_LENGTH', `The file came with ${data.length} bytes and a size of ${sizeBytes}.`)
  }
  if (crc32(data) !== expected || createHash('md5').update(data).digest('hex') !== md5) {
    throw new ReceiveError('FINAL_CHECKSUM', 'The file arrived damaged.')
  }
}
