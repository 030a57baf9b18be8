import { setImmediate } from 'node:timers/promises'
import type { Digest, DigestKind } from '../../../proto/digests.ts'
import type { DigestOfPieces } from './digest-keeper.ts'
import type { Pieces } from './pieces.ts'
import { RunningDigest } from './running-digest.ts'

/** What is hashed before others have a turn, bytes. */
const HASH_AT_ONCE_BYTES = 1024 ** 2

/** Where the digest finds the next bytes, and whom it tells that it has reached the end of a piece. */
export type PieceSource = {
  /** Bytes from `at` on that are in memory, `end` at the most. */
  readonly held: (at: number, end: number) => Buffer | undefined
  readonly onPiece: (piece: number) => void
}

/** The digest of an upload, which follows what is in memory of it. */
export class PieceDigest {
  readonly #digest: RunningDigest
  readonly #pieces: Pieces
  readonly #source: PieceSource
  #following: Promise<void> | undefined
  #atPiece: DigestOfPieces | undefined

  constructor(digest: RunningDigest, pieces: Pieces, source: PieceSource) {
    this.#digest = digest
    this.#pieces = pieces
    this.#source = source
  }

  /** One that is only added to, from the first byte to the last. */
  static async ofWhole(kind: DigestKind, pieces: Pieces): Promise<PieceDigest> {
    return new PieceDigest(await RunningDigest.begin(kind), pieces, { held: () => undefined, onPiece: () => undefined })
  }

  get kind(): DigestKind {
    return this.#digest.kind
  }

  get hashedBytes(): number {
    return this.#digest.hashedBytes
  }

  /** Its state at the end of the last piece that it has reached; undefined before the first. */
  get atPiece(): DigestOfPieces | undefined {
    return this.#atPiece
  }

  /** Resolves when everything is hashed that is in memory and follows the bytes that are hashed. */
  async follow(): Promise<void> {
    // A run that has just ended has not seen bytes that came since.
    for (let at = this.hashedBytes; this.#source.held(at, at + 1); at = this.hashedBytes) {
      this.#following ??= this.#followOnce().finally(() => {
        this.#following = undefined
      })
      await this.#following
    }
  }

  /** Resolves when nothing is being hashed. */
  async idle(): Promise<void> {
    await this.#following
  }

  /** Hashes the bytes that follow those that are hashed. */
  async add(data: Buffer): Promise<void> {
    for (let at = 0; at < data.length; at += HASH_AT_ONCE_BYTES) {
      this.#digest.update(data.subarray(at, at + HASH_AT_ONCE_BYTES))
      await setImmediate()
    }
  }

  async value(): Promise<Digest> {
    return { kind: this.kind, hex: this.#digest.hex() }
  }

  async #followOnce(): Promise<void> {
    for (;;) {
      const at = this.hashedBytes
      const block = this.#source.held(at, at + HASH_AT_ONCE_BYTES)
      if (block === undefined) return
      this.#digest.update(block)
      const piece = this.#pieces.at(at)
      if (this.hashedBytes === this.#pieces.range(piece).end) {
        this.#atPiece = { pieces: piece + 1, state: this.#digest.save() }
        this.#source.onPiece(piece)
      }
      await setImmediate()
    }
  }
}
