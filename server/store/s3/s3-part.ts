import { bytesIn, missingWithin, type Range, type RangeSet, withRange } from '../../bytes/range-set.ts'
import type { Offset } from '../../bytes/to-offset.ts'
import type { Kept, Part } from '../chunk-store.ts'
import type { DigestKeeper } from './digest-keeper.ts'
import { type KeptBytes, lost } from './kept-bytes.ts'
import type { GatheringMemory, MemoryHolder } from './memory.ts'
import { PieceDigest } from './piece-digest.ts'
import type { Pieces } from './pieces.ts'
import type { RunningDigest } from './running-digest.ts'

/** A piece in memory. A piece that was sent stays until it is hashed, unless its memory is needed. */
type Held = {
  readonly piece: number
  readonly range: Range
  readonly bytes: Buffer
  filled: RangeSet
  state: 'gathering' | 'sending' | 'sent'
}

/** What all parts of a store work with. */
export type PartDeps = {
  readonly memory: GatheringMemory
  readonly digests: DigestKeeper
  /** See {@link KeptBytes.complete}. */
  readonly hasMd5ETags: boolean
}

/** Pieces of one upload that are on their way at the same time. */
const SENDING_AT_ONCE = 4

/**
 * The bytes of an unfinished upload on their way to an object store. They are gathered in memory to pieces, and a piece
 * is put when it is full. Pieces cannot be read back before the upload is one object. So the MD5 is computed while
 * bytes come in order; from the first byte that did not, the object is read when it is whole.
 */
export class S3Part implements Part, MemoryHolder {
  readonly #deps: PartDeps
  readonly #fileId: string
  readonly #kept: KeptBytes
  readonly #pieces: Pieces
  readonly #digest: PieceDigest
  readonly #held = new Map<number, Held>()
  /** Pieces that wait for memory. */
  readonly #coming = new Map<number, Promise<void>>()
  readonly #running = new Set<Promise<void>>()
  #savedPieces = 0
  #failure: unknown

  private constructor(deps: PartDeps, fileId: string, pieces: Pieces, kept: KeptBytes, digest: RunningDigest) {
    this.#deps = deps
    this.#fileId = fileId
    this.#pieces = pieces
    this.#kept = kept
    this.#digest = new PieceDigest(digest, pieces, {
      held: (at, end) => this.#heldAt(at, end),
      // A piece that was sent and hashed is not needed any more.
      onPiece: (piece) => {
        const held = this.#held.get(piece)
        if (held?.state === 'sent') this.#freePiece(held)
      },
    })
    deps.memory.add(this)
  }

  static async open(deps: PartDeps, fileId: string, pieces: Pieces, kept: KeptBytes): Promise<S3Part> {
    return new S3Part(deps, fileId, pieces, kept, await deps.digests.find(fileId, pieces, kept.sent))
  }

  keeps(range: Range): Kept {
    return missingWithin(this.#kept.ranges, range).length === 0 ? 'durable' : 'gone'
  }

  async write(data: Buffer, offset: Offset): Promise<void> {
    this.#mustWork()
    for (let at = 0; at < data.length; ) {
      const piece = this.#pieces.at(offset + at)
      const held = this.#held.get(piece)
      if (held === undefined) {
        await this.#room(piece)
        continue
      }
      const start = offset + at
      const end = Math.min(offset + data.length, held.range.end)
      data.copy(held.bytes, start - held.range.start, at, at + end - start)
      held.filled = withRange(held.filled, { start, end })
      at += end - start
      if (held.state === 'gathering' && this.#kept.gaps(held.range, held.filled).length === 0) this.#send(held)
    }
    this.#deps.memory.changed()
    await this.#digest.follow()
    while (this.#running.size >= SENDING_AT_ONCE) await Promise.race(this.#running)
    this.#mustWork()
  }

  async *read(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const block = this.#heldAt(at, end) ?? (await this.#kept.read(at, end))
      if (block === undefined || block.length === 0) return
      yield block
      at += block.length
    }
  }

  async sync({ all }: { readonly all: boolean }): Promise<RangeSet> {
    await Promise.all(this.#running)
    this.#mustWork()
    if (this.#pieces.sizeBytes === 0 && !this.#kept.isWhole) await this.#kept.putAtOnce(Buffer.alloc(0))
    if (all) for (const held of [...this.#held.values()]) await this.#spill(held)
    await this.#saveDigest()
    return this.#kept.ranges
  }

  async md5(onVerified: (bytes: number) => void): Promise<string> {
    await this.#digest.follow()
    await this.#kept.complete(this.#deps.hasMd5ETags)
    const { sizeBytes } = this.#pieces
    while (this.#digest.hashedBytes < sizeBytes) {
      const block = await this.#kept.read(this.#digest.hashedBytes, sizeBytes)
      if (block === undefined || block.length === 0) throw lost('the object store does not give it back')
      await this.#digest.add(block)
      onVerified(this.#digest.hashedBytes)
    }
    onVerified(sizeBytes)
    return this.#digest.hex()
  }

  async close(): Promise<void> {
    await Promise.all(this.#running)
    await this.#digest.idle()
    const { atPiece } = this.#digest
    if (atPiece !== undefined) this.#deps.digests.keep(this.#fileId, atPiece, this.#kept.sent)
    this.#deps.memory.remove(this)
    for (const held of [...this.#held.values()]) this.#freePiece(held)
  }

  /** First what only the digest would need again, then what waits for more to fill a piece. */
  async freeSome(): Promise<boolean> {
    let fullest: Held | undefined
    for (const held of this.#held.values()) {
      if (held.state === 'sent') {
        this.#freePiece(held)
        return true
      }
      if (held.state !== 'gathering' || held.filled.length === 0) continue
      if (fullest === undefined || bytesIn(held.filled) > bytesIn(fullest.filled)) fullest = held
    }
    if (fullest === undefined) return false
    await this.#spill(fullest)
    return fullest.filled.length === 0
  }

  #mustWork(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  /**
   * Resolves when there is memory for a piece. The caller has to look again: the memory may be taken by others
   * meanwhile.
   */
  #room(piece: number): Promise<void> {
    const coming = this.#coming.get(piece) ?? this.#makeRoom(piece)
    this.#coming.set(piece, coming)
    return coming
  }

  async #makeRoom(piece: number): Promise<void> {
    const range = this.#pieces.range(piece)
    const bytes = range.end - range.start
    try {
      await this.#deps.memory.take(bytes)
      this.#held.set(piece, { piece, range, bytes: Buffer.allocUnsafe(bytes), filled: [], state: 'gathering' })
    } finally {
      this.#coming.delete(piece)
    }
  }

  /** Does nothing when it is gone already, and perhaps another one is in its place. */
  #freePiece(held: Held): void {
    const { piece, bytes } = held
    if (this.#held.get(piece) !== held) return
    this.#held.delete(piece)
    this.#deps.memory.giveBack(bytes.length)
  }

  #send(held: Held): void {
    held.state = 'sending'
    const sending = this.#sendNow(held)
      .catch((error: unknown) => {
        // Acknowledged bytes of this piece are lost, which the next sync reports. Others may have its memory at once.
        this.#failure ??= error
        this.#freePiece(held)
      })
      .finally(() => this.#running.delete(sending))
    this.#running.add(sending)
  }

  async #sendNow(held: Held): Promise<void> {
    const { piece, range, bytes } = held
    for (const gap of missingWithin(held.filled, range)) {
      for (let at = gap.start; at < gap.end; ) {
        const block = await this.#kept.read(at, gap.end)
        if (block === undefined || block.length === 0) throw lost('a fragment is gone')
        at += block.copy(bytes, at - range.start)
      }
    }
    held.filled = [range]
    await this.#kept.putPiece(piece, bytes)
    held.state = 'sent'
    await this.#digest.follow()
    if (this.#digest.hashedBytes >= range.end) this.#freePiece(held)
    else this.#deps.memory.changed()
  }

  /** Puts the bytes of a piece that are in memory as fragments. Bytes that come meanwhile stay. */
  async #spill(held: Held): Promise<void> {
    if (held.state !== 'gathering') return
    const { range, bytes } = held
    const spilled = held.filled
    for (const { start, end } of spilled)
      await this.#kept.putFragment({ start, end }, bytes.subarray(start - range.start, end - range.start))
    // The piece may be full by now, and on its way.
    if ((held.state as Held['state']) !== 'gathering') return
    held.filled = held.filled.flatMap((filled) => missingWithin(spilled, filled))
    if (held.filled.length === 0) this.#freePiece(held)
  }

  #heldAt(at: number, end: number): Buffer | undefined {
    const held = this.#held.get(this.#pieces.at(at))
    const filled = held?.filled.find((range) => range.start <= at && at < range.end)
    if (held === undefined || filled === undefined) return undefined
    const { start } = held.range
    return held.bytes.subarray(at - start, Math.min(end, filled.end) - start)
  }

  /** For another node; without it, that node reads the bytes again. */
  async #saveDigest(): Promise<void> {
    const digest = this.#digest.atPiece
    if (digest === undefined || digest.pieces === this.#savedPieces || digest.pieces === this.#pieces.count) return
    const isSaved = await this.#deps.digests.save(this.#fileId, digest, this.#kept.sent).catch(() => false)
    if (isSaved) this.#savedPieces = digest.pieces
  }
}
