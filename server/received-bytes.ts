import { ReceiveError } from './errors.ts'
import type { Ledger, UploadRecord } from './ledger/ledger.ts'
import { RangeLock } from './range-lock.ts'
import { bytesIn, missingWithin, type Range, type RangeSet, withRange } from './range-set.ts'
import type { Space } from './space.ts'
import type { ChunkStore, Part } from './store/chunk-store.ts'
import { type Offset, offsetAfter } from './to-offset.ts'

/** Data whose checksum was right. */
export type CheckedChunk = { readonly offset: Offset; readonly data: Buffer; readonly crc32: number }

/** Where received bytes go and where they are remembered. */
export type Storage = { readonly ledger: Ledger; readonly store: ChunkStore; readonly space: Space }

/** The bytes of one unfinished upload: its part file, open while it is needed, and the set of ranges that are stored in it. */
export class ReceivedBytes {
  readonly #storage: Storage
  readonly #fileId: string
  readonly #whole: Range
  readonly #writing = new RangeLock()
  #stored: RangeSet
  #part: Promise<Part> | undefined

  constructor(storage: Storage, record: UploadRecord, stored: RangeSet) {
    this.#storage = storage
    this.#fileId = record.fileId
    this.#whole = { start: 0, end: record.sizeBytes }
    this.#stored = stored
  }

  /** Merged and ascending. */
  get stored(): RangeSet {
    return this.#stored
  }

  get missing(): RangeSet {
    return missingWithin(this.#stored, this.#whole)
  }

  /**
   * Stores what is not stored yet of a chunk. When it resolves, the chunk survives a crash of the receiver.
   *
   * @param mustBeWelcome called when it is the chunk's turn; throws when it may not be stored any more.
   * @throws ReceiveError PARAMS_CHANGED when other bytes are stored there, PAST_END, or what the storage throws.
   */
  async add(chunk: CheckedChunk, mustBeWelcome: () => void): Promise<'STORED' | 'DUPLICATE'> {
    const range: Range = { start: chunk.offset, end: offsetAfter(chunk.offset, chunk.data.length) }
    if (range.end > this.#whole.end) {
      throw new ReceiveError('PAST_END', `The chunk ends at ${range.end}; the file ends at ${this.#whole.end}.`)
    }
    return this.#writing.run(range, async () => {
      mustBeWelcome()
      const gaps = missingWithin(this.#stored, range)
      await this.#mustEqualStored(chunk, range, gaps)
      // The chunk of an empty file fills no gap; it is recorded all the same, because its client may ask for it.
      if (gaps.length === 0 && chunk.data.length > 0) return 'DUPLICATE'
      const part = await this.open()
      for (const gap of gaps) {
        await part.write(chunk.data.subarray(gap.start - range.start, gap.end - range.start), offsetAfter(0, gap.start))
      }
      await this.#storage.ledger.chunks.save(this.#fileId, { ...range, crc32: chunk.crc32 })
      this.#stored = withRange(this.#stored, range)
      this.#storage.space.use(this.#fileId, bytesIn(gaps))
      return 'STORED'
    })
  }

  /** Resolves when every chunk that is being stored now has ended, however it ended. */
  idle(): Promise<void> {
    return this.#writing.idle()
  }

  /** The part file, opened when it is not. It stays open until {@link close}. */
  async open(): Promise<Part> {
    this.#part ??= this.#storage.store.openPart(this.#fileId)
    try {
      return await this.#part
    } catch (error) {
      this.#part = undefined
      throw error
    }
  }

  /** Lets go of the open file; it is opened again when it is needed again. */
  async close(): Promise<void> {
    const part = this.#part
    this.#part = undefined
    await (await part)?.close()
  }

  /** Deletes the bytes. The ledger must have forgotten the chunks before. */
  async discard(): Promise<void> {
    await this.close()
    this.#stored = []
    await this.#storage.store.discardPart(this.#fileId)
  }

  /** Compares with what is stored already: by the recorded checksum when this very chunk is, else byte by byte. */
  async #mustEqualStored(chunk: CheckedChunk, range: Range, gaps: RangeSet): Promise<void> {
    const overlaps = missingWithin(gaps, range)
    if (overlaps.length === 0) return
    const known = await this.#storage.ledger.chunks.find(this.#fileId, range.start)
    if (known?.end === range.end) {
      if (known.crc32 === chunk.crc32) return
      throw otherBytesAt(range.start)
    }
    const part = await this.open()
    for (const { start, end } of overlaps) {
      let at = start
      for await (const block of part.read(start, end)) {
        const from = at - range.start
        if (!block.equals(chunk.data.subarray(from, from + block.length))) throw otherBytesAt(at)
        at += block.length
      }
    }
  }
}

function otherBytesAt(offset: number): ReceiveError {
  return new ReceiveError('PARAMS_CHANGED', `Other bytes are stored at offset ${offset}.`)
}
