/** What all connections of a receiver hold together, bytes. */
export type HeldInAll = { bytes: number }

/** What the calls of one connection have in common. */
export class Connection {
  readonly #inAll: HeldInAll
  #hasLeft = false
  #heldFrames = 0
  #heldBytes = 0
  #isEnding = false
  /** When a call of it made progress last, ms. */
  progressMs = Number.NEGATIVE_INFINITY
  /** Where it came from: an IP address. */
  readonly address: string

  constructor(inAll: HeldInAll, address: string) {
    this.#inAll = inAll
    this.address = address
  }

  /** Frames that arrived and are not part of a message that the receiver took. */
  get heldFrames(): number {
    return this.#heldFrames
  }

  /** The bytes in those frames. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  /** It held too much: its calls are told, and nothing more that arrives on it is kept. */
  get isEnding(): boolean {
    return this.#isEnding
  }

  /** See {@link isEnding}. */
  end(): void {
    this.#isEnding = true
  }

  /** Its calls hold so much more than before, or less. */
  hold(frames: number, bytes: number): void {
    this.#heldFrames += frames
    this.#heldBytes += bytes
    if (!this.#hasLeft) this.#inAll.bytes += bytes
  }

  /** It is closed: what it holds is let go of, and from now on counts for nobody. */
  leave(): void {
    if (!this.#hasLeft) this.#inAll.bytes -= this.#heldBytes
    this.#hasLeft = true
  }
}
