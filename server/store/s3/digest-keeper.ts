import { createHash } from 'node:crypto'
import type { DigestKind } from '../../../proto/digests.ts'
import type { Bucket } from './bucket.ts'
import type { Layout } from './layout.ts'
import type { Pieces } from './pieces.ts'
import { RunningDigest } from './running-digest.ts'

/** A digest as it was after so many pieces. */
export type DigestOfPieces = { readonly pieces: number; readonly state: Buffer }

/** ETags of pieces, by the number of the piece from 0 on. */
type ETags = ReadonlyMap<number, string>

/** With the ETags of the pieces: the digest is good for these pieces only. */
type Kept = DigestOfPieces & { readonly of: string }

/** So many digests are kept in this process for the next session of an upload; the oldest are forgotten first. */
const MOST_KEPT = 256

/**
 * Keeps the digests of uploads between two sessions: in memory for this process, and beside the pieces for other nodes.
 */
export class DigestKeeper {
  readonly #bucket: Bucket
  readonly #layout: Layout
  readonly #kept = new Map<string, Kept>()

  constructor(bucket: Bucket, layout: Layout) {
    this.#bucket = bucket
    this.#layout = layout
  }

  /** Does nothing when not all of the pieces are in the store. */
  keep(fileId: string, digest: DigestOfPieces, sent: ETags): void {
    const of = firstPieces(sent, digest.pieces)
    if (of === undefined) return
    this.#kept.delete(fileId)
    this.#kept.set(fileId, { ...digest, of })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) return
      this.#kept.delete(oldest)
    }
  }

  /** Answers false when not all of the pieces are in the store. */
  async save(fileId: string, { pieces, state }: DigestOfPieces, sent: ETags): Promise<boolean> {
    const of = firstPieces(sent, pieces)
    if (of === undefined) return false
    const saved = { pieces, of, state: state.toString('base64') }
    await this.#bucket.put(this.#layout.digestOf(fileId), Buffer.from(JSON.stringify(saved)))
    return true
  }

  /** The digest of this kind that was kept of exactly these pieces, or else a new one from the first byte on. */
  async find(kind: DigestKind, fileId: string, pieces: Pieces, sent: ETags): Promise<RunningDigest> {
    const kept = this.#kept.get(fileId)
    for (const look of [async () => kept, () => this.#saved(fileId, pieces, sent)]) {
      const known = await look()
      if (known === undefined || firstPieces(sent, known.pieces) !== known.of) continue
      const digest = await RunningDigest.from(kind, known.state, pieces.range(known.pieces - 1).end)
      if (digest !== undefined) return digest
    }
    return RunningDigest.begin(kind)
  }

  async #saved(fileId: string, { count }: Pieces, sent: ETags): Promise<Kept | undefined> {
    if (count === 1 || !sent.has(0)) return undefined
    const text = await this.#bucket.get(this.#layout.digestOf(fileId))
    return text && parsed(text)
  }
}

/** The first pieces of a part with their ETags; undefined when one of them is missing. */
function firstPieces(sent: ETags, count: number): string | undefined {
  const hash = createHash('sha256')
  for (let piece = 0; piece < count; piece++) {
    const etag = sent.get(piece)
    if (etag === undefined) return undefined
    hash.update(`${etag.replaceAll('"', '')}\n`)
  }
  return hash.digest('hex')
}

function parsed(text: Buffer): Kept | undefined {
  try {
    const { pieces, of, state } = JSON.parse(text.toString())
    if (!Number.isInteger(pieces) || pieces <= 0 || typeof of !== 'string' || typeof state !== 'string')
      return undefined
    return { pieces, of, state: Buffer.from(state, 'base64') }
  } catch {
    return undefined
  }
}
