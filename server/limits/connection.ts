/** What the calls of one connection have in common. */
export class Connection {
  #heldFrames = 0
  #heldBytes = 0
  #isEnding = false
  /** When a call of it made progress last, ms. */
  progressMs = Number.NEGATIVE_INFINITY
  /**
   * Whose call was let in on it last; undefined while that was only strangers. The next call is most likely of the same
   * sender.
   */
  sender: string | undefined
  /** Where it came from, as it is counted; see {@link networkOf}. */
  readonly network: string

  constructor(network: string) {
    this.network = network
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
  }
}
