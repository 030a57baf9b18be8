import { ReceiveError } from '../base/errors.ts'
import { checkChunk } from '../bytes/checked-chunk.ts'
import type { Offset } from '../bytes/to-offset.ts'
import type { ChunkRecord } from '../ledger/ledger.ts'
import type { Session } from '../sessions/session.ts'
import type { ChunkStore, StoredFile } from '../store/chunk-store.ts'

/** More chunks of one upload are not remembered; what is not has to be sent once more, and the answer says so. */
const MOST_CHUNKS = 100_000

/**
 * A chunk that a call brought; `publishedAs`: it was not stored, because this finished file has the same bytes there.
 */
type Brought = {
  readonly offset: Offset
  readonly bytes: number
  readonly crc32: number
  readonly publishedAs: readonly string[] | undefined
}

/**
 * What the calls of three-RPC clients that are under way have brought of one upload. These bytes are of one content, so
 * they count even when it turns out that what the receiver had under the same id is another one.
 */
export class BroughtChunks {
  readonly #chunks = new Map<number, Brought>()
  calls = 0

  /** Remembers a chunk that is stored, or that a finished file has. */
  add(chunk: Brought): void {
    if (this.#chunks.size < MOST_CHUNKS || this.#chunks.has(chunk.offset)) this.#chunks.set(chunk.offset, chunk)
  }

  /** Those that are stored in the unfinished upload. */
  stored(): readonly ChunkRecord[] {
    return [...this.#chunks.values()]
      .filter(({ publishedAs }) => publishedAs === undefined)
      .map(({ offset, bytes, crc32 }) => ({ start: offset, end: offset + bytes, crc32 }))
  }

  /** Forgets those, because the upload was finished and begins anew: they went into the finished file. */
  forgetStored(): void {
    for (const [offset, { publishedAs }] of this.#chunks) if (publishedAs === undefined) this.#chunks.delete(offset)
  }

  /** Takes out those that are only in a finished file. */
  takePublished(): readonly Brought[] {
    const published = [...this.#chunks.values()].filter(({ publishedAs }) => publishedAs !== undefined)
    for (const { offset } of published) this.#chunks.delete(offset)
    return published
  }
}

const ofSessions = new WeakMap<Session, BroughtChunks>()

/** Runs a call that brings chunks; with the last one that is under way, what they brought is forgotten. */
export async function bringing<T>(session: Session, call: (brought: BroughtChunks) => Promise<T>): Promise<T> {
  const brought = ofSessions.get(session) ?? new BroughtChunks()
  ofSessions.set(session, brought)
  brought.calls++
  try {
    return await call(brought)
  } finally {
    brought.calls--
    if (brought.calls === 0) ofSessions.delete(session)
  }
}

/**
 * Stores the chunks of an upload that begins anew which were not stored because the finished file has them.
 *
 * @throws what {@link Session.store} throws, but for chunks that contradict what others brought meanwhile.
 */
export async function carryOver(
  store: Pick<ChunkStore, 'openPublished'>,
  session: Session,
  brought: BroughtChunks,
  { sender, sizeBytes }: { readonly sender: string; readonly sizeBytes: number },
): Promise<void> {
  if (session.finished || sizeBytes !== session.record.sizeBytes) return
  let file: StoredFile | undefined
  let openedAs: Brought['publishedAs']
  try {
    for (const chunk of brought.takePublished()) {
      if (chunk.publishedAs !== undefined && chunk.publishedAs !== openedAs) {
        await file?.close()
        file = await store.openPublished(chunk.publishedAs)
        openedAs = chunk.publishedAs
      }
      const { offset, crc32 } = chunk
      const data = file && (await bytesOf(file, chunk))
      // Somebody may have changed the file since.
      const checked = data && checkChunk({ offset, data, crc32, sender })
      if (checked === undefined) continue
      const stored = await session.store(checked, session.record.generation).catch(unlessContradicted)
      if (stored !== undefined) brought.add({ ...chunk, publishedAs: undefined })
    }
  } finally {
    await file?.close()
  }
}

/** The bytes of a chunk out of a finished file; undefined when it ends earlier. */
async function bytesOf(file: StoredFile, { offset, bytes }: Brought): Promise<Buffer | undefined> {
  const data = Buffer.alloc(bytes)
  let at = 0
  for await (const block of file.read(offset, offset + bytes)) at += block.copy(data, at)
  return at === bytes ? data : undefined
}

function unlessContradicted(error: unknown): undefined {
  if (!(error instanceof ReceiveError && error.code === 'PARAMS_CHANGED')) throw error
}
