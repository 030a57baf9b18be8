import { ReceiveError } from '../../base/errors.ts'
import { missingWithin, type Range, type RangeSet, withRange } from '../../bytes/range-set.ts'
import type { Bucket, ObjectFacts } from './bucket.ts'
import { compositeETag, isSameETag } from './etags.ts'
import { type FoundPart, findPart, wholeObject } from './found-part.ts'
import type { Layout } from './layout.ts'
import type { ETagOfPart } from './multiparts.ts'
import type { Pieces } from './pieces.ts'

/** What is read back at once, bytes. */
const READ_BYTES = 8 * 1024 ** 2

/**
 * What an object store has of an unfinished upload: pieces, which are the parts of a multipart upload and cannot be
 * read back before all are one object, and fragments, small objects with bytes that do not fill a piece.
 */
export class KeptBytes {
  readonly #bucket: Bucket
  readonly #layout: Layout
  readonly #fileId: string
  readonly #pieces: Pieces
  readonly #sent: Map<number, string>
  #fragments: readonly Range[]
  #ranges: RangeSet
  #uploadId: Promise<string> | undefined
  #isWhole: boolean

  private constructor(bucket: Bucket, layout: Layout, fileId: string, pieces: Pieces, found: FoundPart) {
    this.#bucket = bucket
    this.#layout = layout
    this.#fileId = fileId
    this.#pieces = pieces
    this.#sent = new Map(found.sent)
    this.#fragments = found.fragments
    this.#ranges = found.kept
    this.#uploadId = found.uploadId === undefined ? undefined : Promise.resolve(found.uploadId)
    this.#isWhole = found.isWhole
  }

  static async find(bucket: Bucket, layout: Layout, fileId: string, pieces: Pieces): Promise<KeptBytes> {
    return new KeptBytes(bucket, layout, fileId, pieces, await findPart(bucket, layout, fileId, pieces))
  }

  /** Merged and ascending. */
  get ranges(): RangeSet {
    return this.#ranges
  }

  get isWhole(): boolean {
    return this.#isWhole
  }

  /** ETags of the pieces that are there, by their number from 0 on. */
  get sent(): ReadonlyMap<number, string> {
    return this.#sent
  }

  /** The bytes that are neither in these ranges nor in fragments. */
  gaps(range: Range, filled: RangeSet): RangeSet {
    const gaps = missingWithin(filled, range)
    if (gaps.length === 0 || this.#fragments.length === 0) return gaps
    return missingWithin(this.#fragments.reduce(withRange, filled), range)
  }

  async putPiece(piece: number, bytes: Buffer): Promise<void> {
    if (this.#pieces.count === 1) return this.putAtOnce(bytes)
    this.#uploadId ??= this.#bucket.multiparts.create(this.#key)
    const etag = await this.#bucket.multiparts.put(this.#key, await this.#uploadId, piece + 1, bytes)
    this.#sent.set(piece, etag)
    this.#ranges = withRange(this.#ranges, this.#pieces.range(piece))
  }

  /** All of a file that is not longer than a piece. */
  async putAtOnce(bytes: Buffer): Promise<void> {
    this.#sent.set(0, (await this.#bucket.put(this.#key, bytes)) ?? '')
    this.#isWhole = true
    this.#ranges = withRange(this.#ranges, { start: 0, end: this.#pieces.sizeBytes })
  }

  async putFragment(range: Range, bytes: Buffer): Promise<void> {
    await this.#bucket.put(this.#layout.fragmentOf(this.#fileId, range), bytes)
    this.#fragments = [...this.#fragments, range]
    this.#ranges = withRange(this.#ranges, range)
  }

  /**
   * Bytes from `at` on, fewer than were asked for where they are in several objects; undefined when they cannot be read
   * back now.
   */
  async read(at: number, end: number): Promise<Buffer | undefined> {
    if (this.#isWhole) return this.#bucket.get(this.#key, { start: at, end: Math.min(end, at + READ_BYTES) })
    const fragment = this.#fragments.find(({ start, end: fragmentEnd }) => start <= at && at < fragmentEnd)
    if (fragment === undefined) return undefined
    const range = { start: at - fragment.start, end: Math.min(end, fragment.end) - fragment.start }
    return this.#bucket.get(this.#layout.fragmentOf(this.#fileId, fragment), range)
  }

  /**
   * Makes one object of the pieces. It may be there already: another node made it, or the store made it and its answer
   * was lost.
   *
   * @param hasMd5ETags whether the store names an object by the MD5s of its parts.
   * @throws ReceiveError STORAGE_LOST_DATA when a piece is missing or is not the one that was put.
   */
  async complete(hasMd5ETags: boolean): Promise<void> {
    if (this.#isWhole) return
    const parts = [...this.#sent].map(([piece, etag]) => ({ number: piece + 1, etag }))
    parts.sort((one, other) => one.number - other.number)
    if (this.#uploadId === undefined || parts.length !== this.#pieces.count) throw lost('pieces are missing')
    const expected = hasMd5ETags ? compositeETag(parts.map(({ etag }) => etag)) : undefined
    const { etag } = await this.#completed(await this.#uploadId, parts)
    if (expected !== undefined && !isSameETag(etag, expected))
      throw lost(`the object store made ${etag} of pieces that are ${expected}`)
    this.#isWhole = true
  }

  get #key(): string {
    return this.#layout.wholeOf(this.#fileId)
  }

  /** Asks for the object instead of believing the answer: not every store puts an ETag there that can be read. */
  async #completed(uploadId: string, parts: readonly ETagOfPart[]): Promise<ObjectFacts> {
    const failure = await this.#bucket.multiparts.complete(this.#key, uploadId, parts).catch(toLoss)
    const whole = await wholeObject(this.#bucket, this.#key, this.#pieces.sizeBytes)
    if (whole === undefined) throw failure ?? lost('the object store made nothing of its pieces')
    return whole
  }
}

/** A store that does not know these parts any more, or has others, has lost what it was given. */
function toLoss(error: unknown): Error {
  if (!(error instanceof ReceiveError)) throw error
  if (error.code !== 'INTERNAL') return error
  return new ReceiveError('STORAGE_LOST_DATA', `The receiver cannot read back what it stored. ${error.message}`, {
    cause: error,
  })
}

export function lost(why: string): ReceiveError {
  return new ReceiveError('STORAGE_LOST_DATA', `The receiver cannot read back what it stored: ${why}.`)
}
