/** A gRPC message is one byte that tells whether it is compressed, four with its length, and its body. */
const PREFIX_BYTES = 5

/** Follows where messages begin and end in the bytes of a call, without keeping any. */
export class MessageFrames {
  #prefixBytes = 0
  #lengthBytes = 0
  #bodyBytes = 0
  #whole = 0
  #isCompressed = false

  /** Messages that have arrived to their end. */
  get whole(): number {
    return this.#whole
  }

  /** True between the first and the last byte of a message. */
  get isInside(): boolean {
    return this.#prefixBytes > 0 || this.#bodyBytes > 0
  }

  /** True when a message said that it is compressed. */
  get isCompressed(): boolean {
    return this.#isCompressed
  }

  /** The next bytes of the call. */
  take(data: Uint8Array): void {
    let at = 0
    while (at < data.length) {
      if (this.#bodyBytes === 0) this.#takePrefix(data[at++] ?? 0)
      else {
        const bytes = Math.min(this.#bodyBytes, data.length - at)
        at += bytes
        this.#bodyBytes -= bytes
        if (this.#bodyBytes === 0) this.#whole++
      }
    }
  }

  #takePrefix(byte: number): void {
    if (this.#prefixBytes === 0) this.#isCompressed ||= byte !== 0
    else this.#lengthBytes = this.#lengthBytes * 256 + byte
    this.#prefixBytes++
    if (this.#prefixBytes < PREFIX_BYTES) return
    this.#bodyBytes = this.#lengthBytes
    if (this.#bodyBytes === 0) this.#whole++
    this.#prefixBytes = 0
    this.#lengthBytes = 0
  }
}
