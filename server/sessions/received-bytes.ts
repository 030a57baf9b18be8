import type { DigestKind } from '../../proto/digests.ts'
import { isLoss, ReceiveError, receiveErrorFrom, toReceiveError } from '../base/errors.ts'
import type { CheckedChunk } from '../bytes/checked-chunk.ts'
import { PrefixDigest } from '../bytes/prefix-digest.ts'
import { bytesIn, endOfPrefix, missingWithin, type Range, type RangeSet, withRange } from '../bytes/range-set.ts'
import { offsetAfter } from '../bytes/to-offset.ts'
import { type UploadRecord, verifiedBy } from '../ledger/ledger.ts'
import type { Storage } from '../storage/storage.ts'
import type { Part } from '../store/chunk-store.ts'
import { mustEqualStored } from './equal-stored.ts'
import { GroupCommit } from './group-commit.ts'
import type { Losses } from './losses.ts'
import { RangeLock } from './range-lock.ts'
import { type Reloaded, reloadStored } from './reload-stored.ts'

/** Told that the disk lost bytes, and why whoever sends them has to begin again. */
export type OnLost = (error: ReceiveError) => void

/**
 * The bytes of one unfinished upload: its part file, open while it is needed, and the ranges that are stored in it.
 * Stored bytes survive a crash; a little later they are durable and survive a power cut. When the disk loses bytes,
 * everything goes back to what was durable.
 */
export class ReceivedBytes {
  readonly #storage: Storage
  readonly #losses: Losses
  readonly #fileId: string
  readonly #whole: Range
  readonly #onLost: OnLost
  readonly #writing = new RangeLock()
  #kind: DigestKind
  #digest: PrefixDigest | undefined
  #stored: RangeSet
  #commits: GroupCommit
  #part: Promise<Part> | undefined
  #fallingBack: Promise<void> | undefined

  constructor(
    storage: Storage,
    losses: Losses,
    record: Pick<UploadRecord, 'fileId' | 'sizeBytes' | 'verifiedBy'>,
    { stored, durable }: Reloaded,
    digest: PrefixDigest | undefined,
    onLost: OnLost,
  ) {
    this.#digest = digest
    this.#storage = storage
    this.#losses = losses
    this.#fileId = record.fileId
    this.#kind = verifiedBy(record)
    this.#whole = { start: 0, end: record.sizeBytes }
    this.#onLost = onLost
    this.#stored = stored
    this.#commits = this.#commitsFrom(durable)
    for (const range of stored) for (const rest of missingWithin(durable, range)) this.#commits.add(rest)
  }

  /** Merged and ascending. */
  get stored(): RangeSet {
    return this.#stored
  }

  get missing(): RangeSet {
    return missingWithin(this.#stored, this.#whole)
  }

  /** Every byte before this offset survives a power cut. */
  get durableWatermark(): number {
    return endOfPrefix(this.#commits.durable)
  }

  /**
   * Stores what is not stored yet of a chunk. When it resolves, the chunk survives a crash of the receiver.
   *
   * @param mustBeWelcome called when it is the chunk's turn; throws when it may not be stored any more.
   * @throws ReceiveError PARAMS_CHANGED when other bytes are stored there, PAST_END, STORAGE_LOST_DATA when the disk is
   * losing bytes, or what the storage throws.
   */
  async add(chunk: CheckedChunk, mustBeWelcome: () => void): Promise<'STORED' | 'DUPLICATE'> {
    const range: Range = { start: chunk.offset, end: offsetAfter(chunk.offset, chunk.data.length) }
    if (range.end > this.#whole.end)
      throw new ReceiveError('PAST_END', `The chunk ends at ${range.end}; the file ends at ${this.#whole.end}.`)
    await this.#fallingBack
    await this.#commits.room()
    await this.#digest?.room()
    mustBeWelcome()
    // Nobody may wait for the memory of a store in the turn of those who are about to free some.
    if (this.#storage.store.digestsParts) await (await this.open()).room?.(range)
    // The turn comes last, so that nobody waits for a disk, or for another chunk of this file, on the time of others.
    return this.#writing.run(range, () =>
      this.#storage.fairQueue.run(chunk.sender, chunk.data.length, () => {
        mustBeWelcome()
        return this.#addRange(chunk, range)
      }),
    )
  }

  /** Resolves when every chunk that is being stored now has ended, however it ended. */
  async idle(): Promise<void> {
    await this.#writing.idle()
    await this.#fallingBack
  }

  /** The part file, opened when it is not. It stays open until {@link close}. */
  async open(): Promise<Part> {
    this.#part ??= this.#storage.store.openPart(this.#fileId, this.#whole.end, this.#kind)
    try {
      return await this.#part
    } catch (error) {
      this.#part = undefined
      throw error
    }
  }

  /**
   * Resolves when every stored byte survives a power cut, ahead of a publication. Throws ReceiveError STORAGE_LOST_DATA
   * when it does not.
   */
  async sync(): Promise<void> {
    await this.#commits.syncOnly()
    this.#losses.forget(this.#fileId)
  }

  /** A digest of another kind is computed from now on; what is stored already is read again for it. */
  verifyBy(kind: DigestKind): void {
    this.#kind = kind
    if (this.#digest === undefined || this.#digest.kind === kind) return
    void this.#digest.idle()
    this.#digest = new PrefixDigest(kind, this.#storage.hashing)
  }

  /** Makes an unfinished upload durable and lets go of the open file; it is opened again when it is needed again. */
  async close(): Promise<void> {
    // A complete upload is about to be finished, which syncs it; should nobody finish it, what is not durable is read
    // again when it is loaded.
    if (this.missing.length > 0)
      await this.#commits.flush().catch(() => 'what is not durable is read again when the upload is loaded')
    await this.#commits.drop()
    await this.idle()
    await this.#writing.run(this.#whole, () => this.#closePart())
  }

  /** The digest of what was stored; undefined when all is to be read again. Asked for when it is idle, or closed. */
  get digest(): PrefixDigest | undefined {
    return this.#digest
  }

  /** Deletes the bytes. Whoever calls makes the ledger forget the chunks. */
  async discard(): Promise<void> {
    await this.#commits.drop()
    await this.#fallingBack
    await this.#closePart()
    this.#digest = undefined
    this.#stored = []
    this.#commits = this.#commitsFrom([])
    this.#losses.forget(this.#fileId)
    await this.#storage.store.discardPart(this.#fileId)
  }

  async #addRange(chunk: CheckedChunk, range: Range): Promise<'STORED' | 'DUPLICATE'> {
    const gaps = missingWithin(this.#stored, range)
    const overlaps = missingWithin(gaps, range)
    const { ledger } = this.#storage
    if (overlaps.length > 0) await mustEqualStored(ledger, this.#fileId, await this.open(), chunk, overlaps)
    // The chunk of an empty file fills no gap; it is recorded all the same, because its client may ask for it.
    if (gaps.length === 0 && chunk.data.length > 0) return 'DUPLICATE'
    await this.#write(chunk, gaps)
    // A sync that failed meanwhile may have lost these bytes too.
    this.#mustNotFallBack()
    await this.#storage.ledger.chunks.save(this.#fileId, { ...range, crc32: chunk.crc32 })
    this.#mustNotFallBack()
    this.#stored = withRange(this.#stored, range)
    this.#commits.add(range)
    this.#storage.space.use(this.#fileId, bytesIn(gaps))
    this.#hash(chunk)
    return 'STORED'
  }

  async #write(chunk: CheckedChunk, gaps: RangeSet): Promise<void> {
    const part = await this.open()
    try {
      for (const { start, end } of gaps)
        await part.write(chunk.data.subarray(start - chunk.offset, end - chunk.offset), offsetAfter(0, start))
    } catch (error) {
      throw isLoss(error) ? this.#lose(error) : error
    }
  }

  #commitsFrom(durable: RangeSet): GroupCommit {
    return new GroupCommit(
      {
        open: () => this.open(),
        lost: (error) => this.#lose(error),
        checkpoint: async (checkpoint) => {
          await this.#storage.ledger.checkpoints.save(this.#fileId, checkpoint)
          this.#losses.forget(this.#fileId)
        },
      },
      durable,
    )
  }

  /** Gives up everything that is not durable, at once for whoever looks, and answers what whoever waits is told. */
  #lose(cause: unknown): ReceiveError {
    const known = toReceiveError(cause)
    // Some network disks notice only at the sync that they are full, and an object store may not answer for a while.
    const error =
      known.status === 'RESOURCE_EXHAUSTED' || known.status === 'UNAVAILABLE'
        ? known
        : receiveErrorFrom(cause, 'STORAGE_LOST_DATA', `The receiver lost bytes it had written. ${known.message}`)
    if (this.#fallingBack !== undefined) return error
    // What was hashed may be what the system remembered and the disk never got.
    void this.#digest?.idle()
    this.#digest = undefined
    this.#losses.add(this.#fileId)
    this.#stored = this.#commits.durable
    this.#fallingBack = this.#writing
      .run(this.#whole, () => this.#fallBack())
      .catch(() => 'the chunks that could not be forgotten are not believed when the upload is loaded again')
      .then(() => {
        this.#fallingBack = undefined
      })
    this.#onLost(error)
    return error
  }

  /**
   * Goes on from the last checkpoint with a new file handle: the old one reported the loss, and would report the next
   * sync as a success.
   */
  async #fallBack(): Promise<void> {
    await this.#commits.drop()
    this.#stored = this.#commits.durable
    this.#commits = this.#commitsFrom(this.#stored)
    await this.#closePart().catch(() => 'a handle that reported a loss may report it again')
    const upload = { fileId: this.#fileId, sizeBytes: this.#whole.end }
    const { stored, durable } = await reloadStored(this.#storage, upload, { readAgain: false, sender: this.#fileId })
    this.#losses.settle(this.#fileId)
    this.#stored = stored
    this.#commits = this.#commitsFrom(durable)
  }

  #mustNotFallBack(): void {
    if (this.#fallingBack === undefined) return
    throw new ReceiveError('STORAGE_LOST_DATA', 'The receiver lost bytes it had written; begin again.')
  }

  #hash({ offset, data }: CheckedChunk): void {
    const digest = this.#digest
    digest?.add(offset, data)
    digest?.follow(
      () => (this.#digest === digest ? endOfPrefix(this.#stored) : 0),
      async function* (this: ReceivedBytes, start: number, end: number) {
        yield* (await this.open()).read(start, end)
      }.bind(this),
    )
  }

  async #closePart(): Promise<void> {
    await this.#digest?.idle()
    const part = this.#part
    this.#part = undefined
    await (await part)?.close()
  }
}
