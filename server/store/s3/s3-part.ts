import type { Digest, DigestKind } from '../../../proto/digests.ts'
import { missingWithin, type Range, type RangeSet } from '../../bytes/range-set.ts'
import type { Offset } from '../../bytes/to-offset.ts'
import type { Kept, Part } from '../chunk-store.ts'
import type { DigestKeeper } from './digest-keeper.ts'
import { type HeldPiece, HeldPieces, idleSince } from './held-pieces.ts'
import { type KeptBytes, lost } from './kept-bytes.ts'
import type { GatheringMemory, MemoryHolder, Use } from './memory.ts'
import { PieceDigest } from './piece-digest.ts'
import type { Pieces } from './pieces.ts'
import type { RunningDigest } from './running-digest.ts'

/** What all parts of a store work with. */
export type PartDeps = {
  readonly memory: GatheringMemory
  readonly digests: DigestKeeper
  /** See {@link KeptBytes.complete}. */
  readonly hasMd5ETags: boolean
}

/** Pieces of one upload that are on their way at the same time. */
const SENDING_AT_ONCE = 4
/** What is read at once of what is in memory, bytes. */
const READ_BYTES = 1024 ** 2

/**
 * The bytes of an unfinished upload on their way to an object store. They are gathered in memory to pieces, and a piece
 * is put when it is full. Pieces cannot be read back before the upload is one object. So the digest is computed while
 * bytes come in order; from the first byte that did not, the object is read when it is whole.
 */
export class S3Part implements Part, MemoryHolder {
  readonly #deps: PartDeps
  readonly #fileId: string
  readonly #kept: KeptBytes
  readonly #pieces: Pieces
  readonly #digest: PieceDigest
  readonly #held: HeldPieces
  readonly #running = new Set<Promise<void>>()
  #savedPieces = 0
  #isClosing = false
  #failure: unknown

  private constructor(deps: PartDeps, fileId: string, pieces: Pieces, kept: KeptBytes, digest: RunningDigest) {
    this.#deps = deps
    this.#fileId = fileId
    this.#pieces = pieces
    this.#kept = kept
    this.#held = new HeldPieces(deps.memory, pieces, this)
    this.#digest = new PieceDigest(digest, pieces, {
      held: (at, end) => this.#held.bytesAt(at, end),
      // A piece that was sent and hashed is not needed any more.
      onPiece: (piece) => {
        const held = this.#held.get(piece)
        if (held?.state === 'sent') this.#held.free(held)
      },
    })
    deps.memory.add(this)
  }

  static async open(
    deps: PartDeps,
    kind: DigestKind,
    fileId: string,
    pieces: Pieces,
    kept: KeptBytes,
  ): Promise<S3Part> {
    return new S3Part(deps, fileId, pieces, kept, await deps.digests.find(kind, fileId, pieces, kept.sent))
  }

  keeps(range: Range): Kept {
    return missingWithin(this.#kept.ranges, range).length === 0 ? 'durable' : 'gone'
  }

  /** A chunk may reach into the next piece without waiting: else all might wait for pieces that only they can fill. */
  async room({ start }: Range): Promise<void> {
    const piece = this.#pieces.at(start)
    if (!this.#kept.sent.has(piece) && !this.#kept.isWhole && this.#failure === undefined)
      await this.#held.reserve(piece)
    while (this.#running.size >= SENDING_AT_ONCE) await Promise.race(this.#running)
  }

  async write(data: Buffer, offset: Offset): Promise<void> {
    this.#mustWork()
    for (let at = 0; at < data.length; ) {
      const { held, bytes } = this.#held.fill(data, at, offset)
      at += bytes
      if (held.state === 'gathering' && this.#kept.gaps(held.range, held.filled).length === 0) this.#send(held)
    }
    await this.#digest.follow()
    this.#mustWork()
  }

  async *read(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const held = this.#held.bytesAt(at, Math.min(end, at + READ_BYTES))
      // Its memory may be used for another piece while the block is looked at.
      const block = held ? Buffer.from(held) : await this.#kept.read(at, end)
      if (block === undefined || block.length === 0) return
      yield block
      at += block.length
    }
  }

  async sync({ all }: { readonly all: boolean }): Promise<RangeSet> {
    await Promise.all(this.#running)
    this.#mustWork()
    if (this.#pieces.sizeBytes === 0 && !this.#kept.isWhole) await this.#kept.putAtOnce(Buffer.alloc(0))
    for (const held of all ? this.#held.all() : []) {
      // One that runs has not seen the latest bytes.
      await settled(held.spilling)
      await this.#spill(held)
    }
    await this.#saveDigest()
    return this.#kept.ranges
  }

  async digest(kind: DigestKind, onVerified: (bytes: number) => void): Promise<Digest> {
    await this.#digest.follow()
    await this.#kept.complete(this.#deps.hasMd5ETags)
    const digest = kind === this.#digest.kind ? this.#digest : await PieceDigest.ofWhole(kind, this.#pieces)
    const { sizeBytes } = this.#pieces
    while (digest.hashedBytes < sizeBytes) {
      const block = await this.#kept.read(digest.hashedBytes, sizeBytes)
      if (block === undefined || block.length === 0) throw lost('the object store does not give it back')
      await digest.add(block)
      onVerified(digest.hashedBytes)
    }
    onVerified(sizeBytes)
    return digest.value()
  }

  async close(): Promise<void> {
    this.#isClosing = true
    this.#deps.memory.remove(this)
    await Promise.all(this.#running)
    for (const { spilling } of this.#held.all()) await settled(spilling)
    await this.#digest.idle()
    const { atPiece } = this.#digest
    if (atPiece !== undefined) this.#deps.digests.keep(this.#fileId, atPiece, this.#kept.sent)
    this.#held.close()
  }

  get idleSince(): Use | undefined {
    const { idle } = this.#held
    return idle && idleSince(idle)
  }

  get holdsMuch(): boolean {
    return this.#held.areMany
  }

  /** What only the digest would need again is dropped, what waits for more to fill a piece is put as it is. */
  async freeSome(): Promise<boolean> {
    const held = this.#held.idle
    if (held === undefined || this.#isClosing) return false
    if (held.state === 'gathering' && held.filled.length > 0) await this.#spill(held)
    else this.#held.free(held)
    return this.#held.get(held.piece) !== held
  }

  #mustWork(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #send(held: HeldPiece): void {
    held.state = 'sending'
    const sending = this.#sendNow(held)
      .catch((error: unknown) => {
        // Acknowledged bytes of this piece are lost, which the next sync reports. Others may have its memory at once.
        this.#failure ??= error
        this.#held.free(held)
      })
      .finally(() => this.#running.delete(sending))
    this.#running.add(sending)
  }

  async #sendNow(held: HeldPiece): Promise<void> {
    const { piece, range } = held
    await settled(held.spilling)
    this.#held.grow(held)
    const bytes = held.room.data
    for (const gap of missingWithin(held.filled, range)) {
      for (let at = gap.start; at < gap.end; ) {
        const block = await this.#kept.read(at, gap.end)
        if (block === undefined || block.length === 0) throw lost('a fragment is gone')
        at += block.copy(bytes, at - range.start)
      }
    }
    held.filled = [range]
    await this.#kept.putPiece(piece, bytes)
    this.#held.sent(held)
    await this.#digest.follow()
    if (this.#digest.hashedBytes >= range.end) this.#held.free(held)
  }

  /** Puts the bytes of a piece that are in memory as fragments. Bytes that come meanwhile stay. */
  #spill(held: HeldPiece): Promise<void> {
    held.spilling ??= this.#spillNow(held).finally(() => {
      held.spilling = undefined
    })
    return held.spilling
  }

  async #spillNow(held: HeldPiece): Promise<void> {
    if (held.state !== 'gathering') return
    const { range, room } = held
    const spilled = held.filled
    for (const { start, end } of spilled)
      await this.#kept.putFragment({ start, end }, room.data.subarray(start - range.start, end - range.start))
    // The piece may be full by now, and about to be sent.
    if ((held.state as HeldPiece['state']) !== 'gathering') return
    held.filled = held.filled.flatMap((filled) => missingWithin(spilled, filled))
    if (held.filled.length === 0) this.#held.free(held)
  }

  /** For another node; without it, that node reads the bytes again. */
  async #saveDigest(): Promise<void> {
    const digest = this.#digest.atPiece
    if (digest === undefined || digest.pieces === this.#savedPieces || digest.pieces === this.#pieces.count) return
    const isSaved = await this.#deps.digests.save(this.#fileId, digest, this.#kept.sent).catch(() => false)
    if (isSaved) this.#savedPieces = digest.pieces
  }
}

/** Resolves when a promise has settled, however it did. */
async function settled(promise: Promise<void> | undefined): Promise<void> {
  await promise?.catch(() => 'told to whoever asked for it')
}
