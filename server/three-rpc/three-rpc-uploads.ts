import { createHash } from 'node:crypto'
import { ReceiveError } from '../base/errors.ts'
import { type CheckedChunk, withChecksum } from '../bytes/checked-chunk.ts'
import type { Offset } from '../bytes/to-offset.ts'
import { isFinished, type UploadRecord } from '../ledger/ledger.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Session } from '../sessions/session.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Storage } from '../storage/storage.ts'
import { finishAllowed, followingRights } from '../uploads/current-rights.ts'
import { Damage } from '../uploads/damage.ts'
import { saveNew } from '../uploads/new-uploads.ts'
import { hasStill, isThere } from '../uploads/still-published.ts'
import { type BroughtChunks, bringing, carryOver } from './brought-chunks.ts'
import type { ThreeRpcNames } from './three-rpc-names.ts'
import { storedStatus, type ThreeRpcStatus, whatIsMissing } from './three-rpc-status.ts'

/** A chunk as a three-RPC client sent it. */
export type ThreeRpcChunk = {
  /** The client's own name for the file, 1 to 255 characters. */
  readonly clientFileId: string
  readonly offset: Offset
  readonly sizeBytes: number
  readonly data: Buffer
  /** Lower-case hex; undefined when the client sent none. */
  readonly md5: string | undefined
  /** The client sends no further one. Only one that carries no bytes is told by it from a mistake. */
  readonly isLast: boolean
}

/** Three-RPC uploads are never opened a second time, so all of their streams are of one generation. */
const GENERATION = 0

/** What receiving from three-RPC clients needs. */
export type ThreeRpcDeps = Storage & {
  readonly sessions: Sessions
  readonly names: ThreeRpcNames
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/**
 * Stores the chunks of one file, which may come in any order, overlap and repeat. Answers as soon as the file is
 * complete, or when the input ends. A damaged chunk does not count and does not end the call, unless
 * {@link MOST_DAMAGED} follow one another; the answer names it.
 *
 * @throws ReceiveError BAD_ID, BAD_LENGTH, PAST_END, PARAMS_CHANGED when chunks contradict each other, DISK_FULL, BUSY.
 */
export async function receiveThreeRpc(
  threeRpc: ThreeRpcDeps,
  permissions: Permissions,
  chunks: AsyncIterator<ThreeRpcChunk>,
): Promise<ThreeRpcStatus> {
  const first = await chunks.next()
  if (first.done) throw new ReceiveError('BAD_ID', 'The call carried no chunk, so it names no file.')
  const { clientFileId, sizeBytes } = first.value
  await open(threeRpc, permissions, first.value)
  return threeRpc.sessions.use(internalId(permissions, clientFileId), permissions.holder, (session) =>
    bringing(session, async (brought) => {
      const damaged = new Set<number>()
      const damage = new Damage()
      let hasBytes = false
      const followRights = followingRights(permissions, session)
      for (let next: IteratorResult<ThreeRpcChunk> = first; !next.done; next = await chunks.next()) {
        const chunk = next.value
        if (chunk.clientFileId !== clientFileId)
          throw new ReceiveError('BAD_ID', 'One call carries the chunks of one file.')
        mustFit(chunk)
        // Some clients end with a chunk that says nothing but that it is the last: of a complete file, it may be the
        // only one.
        if (chunk.data.length === 0 && chunk.sizeBytes > 0) continue
        hasBytes = true
        if (chunk.md5 !== undefined && chunk.md5 !== md5(chunk.data)) {
          damaged.add(chunk.offset)
          if (damage.damaged()) continue
          break
        }
        damage.whole()
        damaged.delete(chunk.offset)
        await followRights()
        const took = await take(threeRpc, permissions, { session, brought }, chunk)
        // A chunk that only repeats a finished file must not end the call: a later one may show that this is another
        // file.
        if (took === 'stored' && session.missing.length === 0) break
      }
      await carryOver(threeRpc.store, session, brought, { sender: permissions.holder, sizeBytes })
      if (session.missing.length > 0) return { success: false, message: whatIsMissing(session, damaged) }
      const { record } = session
      if (!hasBytes && session.finished && !(sizeBytes === record.sizeBytes && (await isThere(threeRpc, record))))
        return { success: false, message: 'Nothing is stored of this file.' }
      const file = await finishAllowed(permissions, session, undefined, GENERATION)
      return storedStatus(file)
    }),
  )
}

/**
 * Names a three-RPC client's upload in the ledger and the store; the same id of two devices names two uploads. Never
 * the same as an id that the receiver issues: those have neither letter.
 */
export function internalId({ owner }: Pick<Permissions, 'owner'>, clientFileId: string): string {
  const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 40)
  return owner === undefined ? `p${digest(clientFileId)}` : `q${digest(`${owner}/${clientFileId}`)}`
}

/** Remembers a new upload; does nothing when it is known. */
function open(
  threeRpc: ThreeRpcDeps,
  permissions: Permissions,
  { clientFileId, sizeBytes }: ThreeRpcChunk,
): Promise<void> {
  const { sessions, ledger, names, now } = threeRpc
  const fileId = internalId(permissions, clientFileId)
  return sessions.keys.run(fileId, async () => {
    if (await ledger.uploads.find(fileId)) return
    const record: UploadRecord = {
      fileId,
      origin: { kind: 'plain', plainId: clientFileId },
      ...(permissions.owner !== undefined && { owner: permissions.owner }),
      path: await names.pathOf(permissions, fileId, clientFileId),
      askedPath: [],
      sizeBytes,
      modifiedAtMs: undefined,
      onConflict: 'KEEP_BOTH',
      generation: GENERATION,
      state: { kind: 'receiving' },
      begunAtMs: now(),
    }
    await saveNew(threeRpc, permissions, record)
  })
}

type Receiving = { readonly session: Session; readonly brought: BroughtChunks }

async function take(
  threeRpc: ThreeRpcDeps,
  permissions: Permissions,
  { session, brought }: Receiving,
  chunk: ThreeRpcChunk,
): Promise<'stored' | 'repeated'> {
  const { offset, data, sizeBytes } = chunk
  const checked = withChecksum({ offset, data, sender: permissions.holder })
  const broughtAs = { offset, bytes: data.length, crc32: checked.crc32 }
  for (;;) {
    try {
      const publishedAs = await repeatedFile(threeRpc, session, checked, sizeBytes)
      if (publishedAs !== undefined) {
        brought.add({ ...broughtAs, publishedAs })
        return 'repeated'
      }
      if (session.finished) await restart(threeRpc, permissions, { session, brought }, chunk)
      await carryOver(threeRpc.store, session, brought, { sender: permissions.holder, sizeBytes })
      mustBeOfSize(session, sizeBytes)
      await session.store(checked, GENERATION)
      brought.add({ ...broughtAs, publishedAs: undefined })
      return 'stored'
    } catch (error) {
      if (!(error instanceof ReceiveError)) throw error
      // Another stream completed the file: look at this chunk again when it is known how that ended.
      if (error.code === 'NOT_OPEN') await finishAllowed(permissions, session, undefined, GENERATION)
      else if (
        error.code !== 'PARAMS_CHANGED' ||
        !(await forgetOlder(threeRpc, permissions, { session, brought }, chunk))
      )
        throw error
    }
  }
}

/** Begins a finished upload anew, for other content under its id. */
async function restart(
  { names }: ThreeRpcDeps,
  permissions: Permissions,
  { session, brought }: Receiving,
  { clientFileId, sizeBytes }: ThreeRpcChunk,
): Promise<void> {
  const { fileId } = session.record
  const path = await names.pathOf(permissions, fileId, clientFileId, session.record.path)
  await permissions.reserve({ fileId, path, sizeBytes })
  try {
    brought.forgetStored()
    await session.restart({ path, sizeBytes, holder: permissions.holder })
  } catch (error) {
    permissions.release(fileId)
    throw error
  }
}

/**
 * A chunk contradicts what is stored of an unfinished upload. What calls brought that are over is older than the chunk,
 * and a client that does not ask what is stored would never get past it, so it is forgotten. False when a call that is
 * under way brought the other bytes, perhaps this one.
 */
async function forgetOlder(
  { names }: ThreeRpcDeps,
  permissions: Permissions,
  { session, brought }: Receiving,
  { clientFileId, offset, data, sizeBytes }: ThreeRpcChunk,
): Promise<boolean> {
  const { fileId, path: before } = session.record
  const kept = brought.stored()
  const end = offset + data.length
  if (
    sizeBytes !== session.record.sizeBytes
      ? kept.length > 0
      : kept.some((chunk) => chunk.start < end && offset < chunk.end)
  )
    return false
  const path = await names.pathOf(permissions, fileId, clientFileId, before)
  await permissions.reserve({ fileId, path, sizeBytes })
  await session.restart({ path, sizeBytes, holder: permissions.holder }, kept)
  return true
}

function mustBeOfSize({ record }: Session, sizeBytes: number): void {
  if (sizeBytes === record.sizeBytes) return
  throw new ReceiveError('PARAMS_CHANGED', `total_size was ${record.sizeBytes} before and is ${sizeBytes} now.`)
}

/** Where the finished file is that has the same bytes as the chunk; undefined when there is none. */
async function repeatedFile(
  storage: Storage,
  { record }: Session,
  chunk: CheckedChunk,
  sizeBytes: number,
): Promise<readonly string[] | undefined> {
  if (!isFinished(record) || record.sizeBytes !== sizeBytes) return undefined
  return (await hasStill(storage, record, chunk)) ? record.state.storedAs : undefined
}

function mustFit({ offset, sizeBytes, data, isLast }: ThreeRpcChunk): void {
  if (offset + data.length > sizeBytes) {
    throw new ReceiveError(
      'PAST_END',
      `The chunk at ${offset} has ${data.length} bytes and ends past total_size ${sizeBytes}.`,
    )
  }
  if (data.length === 0 && sizeBytes > 0 && !isLast)
    throw new ReceiveError('BAD_LENGTH', 'Only the chunk of an empty file may be empty.')
}

const md5 = (data: Buffer) => createHash('md5').update(data).digest('hex')
