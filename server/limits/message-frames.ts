/** A gRPC message is one byte that tells whether it is compressed, four with its length, and its body. */
export const PREFIX_BYTES = 5

/** Follows where messages begin and end in the bytes of a call, without keeping any. */
export class MessageFrames {
  #prefixBytes = 0
  #length = 0
  /** Of the message that is not whole yet, what is to come. */
  #bodyBytes = 0
  #pieces = 0
  #whole = 0
  #longest = 0
  #isCompressed = false
  readonly #onWhole: (bytes: number) => void

  /** @param onWhole told of each message that has arrived to its end: how long it is with its prefix, bytes */
  constructor(onWhole: (bytes: number) => void = () => {}) {
    this.#onWhole = onWhole
  }

  /** Messages that have arrived to their end. */
  get whole(): number {
    return this.#whole
  }

  /** True between the first and the last byte of a message. */
  get isInside(): boolean {
    return this.#prefixBytes > 0 || this.#bodyBytes > 0
  }

  /** What has arrived of the message that is not whole yet, its prefix included, bytes. */
  get partBytes(): number {
    return this.#bodyBytes === 0 ? this.#prefixBytes : PREFIX_BYTES + this.#length - this.#bodyBytes
  }

  /** In how many pieces that arrived: calls of {@link take}. */
  get partPieces(): number {
    return this.isInside ? this.#pieces : 0
  }

  /** The length of the longest message, as its prefix told, bytes. */
  get longest(): number {
    return this.#longest
  }

  /** True when a message said that it is compressed. */
  get isCompressed(): boolean {
    return this.#isCompressed
  }

  /** The next bytes of the call. */
  take(data: Uint8Array): void {
    this.#pieces = this.isInside ? this.#pieces + 1 : 1
    let at = 0
    while (at < data.length) {
      if (this.#bodyBytes === 0) this.#takePrefix(data[at++] ?? 0)
      else {
        const bytes = Math.min(this.#bodyBytes, data.length - at)
        at += bytes
        this.#bodyBytes -= bytes
        if (this.#bodyBytes === 0) this.#end()
      }
    }
  }

  #end(): void {
    this.#whole++
    // What follows in the same piece begins the next message.
    this.#pieces = 1
    this.#onWhole(PREFIX_BYTES + this.#length)
  }

  #takePrefix(byte: number): void {
    if (this.#prefixBytes === 0) {
      this.#isCompressed ||= byte !== 0
      this.#length = 0
    } else this.#length = this.#length * 256 + byte
    this.#prefixBytes++
    if (this.#prefixBytes < PREFIX_BYTES) return
    this.#longest = Math.max(this.#longest, this.#length)
    this.#bodyBytes = this.#length
    this.#prefixBytes = 0
    if (this.#bodyBytes === 0) this.#end()
  }
}
