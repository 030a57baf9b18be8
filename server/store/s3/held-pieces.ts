import type { ChunkRoom } from '../../../proto/messages/chunk-memory.ts'
import { type Range, type RangeSet, withRange } from '../../bytes/range-set.ts'
import type { GatheringMemory, MemoryHolder, Use } from './memory.ts'
import type { Pieces } from './pieces.ts'

/** A piece in memory. A piece that was sent stays until it is hashed, unless its memory is needed. */
export type HeldPiece = {
  readonly piece: number
  readonly range: Range
  /** The bytes of the piece from its first one on; all of it when its memory is reserved. */
  room: ChunkRoom
  filled: RangeSet
  state: 'gathering' | 'sending' | 'sent'
  /** False for one that a chunk reaches into from the piece before, for which no memory was reserved yet. */
  isReserved: boolean
  /** When it was written to last, or sent. */
  used: Use
  /** Settles when nothing of it is being put as fragments any more: until then its bytes must stay. */
  spilling: Promise<void> | undefined
}

/** Memory that was asked for may stay empty for so long before others may have it, ms. */
const UNUSED_MS = 1_000
/** Bytes that come in order fill one piece or two at a time. */
const MUCH = 3

/** The pieces of one upload that are in memory. */
export class HeldPieces {
  readonly #memory: GatheringMemory
  readonly #pieces: Pieces
  readonly #holder: MemoryHolder
  readonly #held = new Map<number, HeldPiece>()
  /** Pieces that wait for a reservation. */
  readonly #coming = new Map<number, Promise<void>>()
  #isClosed = false

  /** @param holder whoever can free some of them. */
  constructor(memory: GatheringMemory, pieces: Pieces, holder: MemoryHolder) {
    this.#memory = memory
    this.#pieces = pieces
    this.#holder = holder
  }

  get(piece: number): HeldPiece | undefined {
    return this.#held.get(piece)
  }

  all(): readonly HeldPiece[] {
    return [...this.#held.values()]
  }

  /** Resolves when memory is reserved for a piece, or the pieces are closed. */
  async reserve(piece: number): Promise<void> {
    if (this.#held.get(piece)?.isReserved) return
    const coming = this.#coming.get(piece) ?? this.#reserve(piece)
    this.#coming.set(piece, coming)
    await coming
  }

  /**
   * Takes the bytes of `data`, which begin at `offset` of the file, from `at` on, as far as they belong to one piece.
   * Answers that piece and how many they are.
   */
  fill(data: Buffer, at: number, offset: number): { readonly held: HeldPiece; readonly bytes: number } {
    const start = offset + at
    const piece = this.#pieces.at(start)
    const range = this.#pieces.range(piece)
    const end = Math.min(offset + data.length, range.end)
    const held = this.#held.get(piece) ?? this.#hold(piece, end - range.start)
    this.grow(held, end - range.start)
    data.copy(held.room.data, start - range.start, at, at + end - start)
    held.filled = withRange(held.filled, { start, end })
    held.used = this.#memory.use()
    return { held, bytes: end - start }
  }

  /** The bytes from `at` on that are in memory, `end` at the most. They may be others when the piece is freed. */
  bytesAt(at: number, end: number): Buffer | undefined {
    const held = this.#held.get(this.#pieces.at(at))
    const filled = held?.filled.find((range) => range.start <= at && at < range.end)
    if (held === undefined || filled === undefined) return undefined
    const { start } = held.range
    return held.room.data.subarray(at - start, Math.min(end, filled.end) - start)
  }

  /** A piece was sent, and is there only for the digest. */
  sent(held: HeldPiece): void {
    held.state = 'sent'
    held.used = this.#memory.use()
  }

  /** Whether there are more pieces than bytes need that come in order. */
  get areMany(): boolean {
    return this.all().filter(({ state }) => state !== 'sending').length > MUCH
  }

  /** What was not used for longest, of what can be freed. */
  get idle(): HeldPiece | undefined {
    let idle: HeldPiece | undefined
    for (const held of this.#held.values()) {
      if (!held.isReserved || held.state === 'sending' || held.spilling !== undefined) continue
      if (idle === undefined || idleSince(held).atMs < idleSince(idle).atMs) idle = held
    }
    return idle
  }

  /** Makes room for so many bytes of a piece, its first ones. @default for all */
  grow(held: HeldPiece, bytes = held.range.end - held.range.start): void {
    const { room } = held
    if (room.data.length >= bytes) return
    held.room = this.#memory.buffers.take(bytes)
    room.data.copy(held.room.data)
    // Else the store is still reading it.
    if (held.spilling === undefined) room.reuse()
  }

  /** Does nothing when it is gone already, and perhaps another one is in its place. */
  free(held: HeldPiece): void {
    const { piece, room, range, isReserved } = held
    if (this.#held.get(piece) !== held) return
    this.#held.delete(piece)
    room.reuse()
    if (isReserved) this.#memory.release(range.end - range.start)
  }

  /** Frees all, when nothing of it is used any more. */
  close(): void {
    this.#isClosed = true
    for (const held of this.all()) this.free(held)
  }

  async #reserve(piece: number): Promise<void> {
    const { start, end } = this.#pieces.range(piece)
    try {
      await this.#memory.reserve(end - start, this.#holder)
      if (this.#isClosed) return this.#memory.release(end - start)
      const held = this.#held.get(piece) ?? this.#hold(piece, end - start)
      held.isReserved = true
      this.grow(held)
    } finally {
      this.#coming.delete(piece)
    }
  }

  #hold(piece: number, bytes: number): HeldPiece {
    const range = this.#pieces.range(piece)
    const room = this.#memory.buffers.take(bytes)
    const rest = { filled: [], isReserved: false, used: this.#memory.use(), spilling: undefined }
    const held: HeldPiece = { piece, range, room, state: 'gathering', ...rest }
    this.#held.set(piece, held)
    return held
  }
}

/** When it was used last, as far as others who need memory are concerned. */
export function idleSince({ filled, used }: HeldPiece): Use {
  return filled.length > 0 ? used : { ...used, atMs: used.atMs + UNUSED_MS }
}
