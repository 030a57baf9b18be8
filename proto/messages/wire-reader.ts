import { DELIMITED, FIXED32, FIXED64, VARINT } from './wire-types.ts'

/** Steps through the bytes of a message. Every method throws a RangeError at the end of what is no message. */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** A tag or a length: what does not fit into 53 bits is no message. */
  varint(): number {
    let value = 0
    for (let index = 0; index < 8; index++) {
      const byte = this.#byte()
      value += (byte & 127) * 2 ** (7 * index)
      if (byte < 128) return value
    }
    throw noMessage()
  }

  /** All 64 bits, not negative. */
  long(): bigint {
    let value = 0n
    for (let index = 0; index < 10; index++) {
      const byte = this.#byte()
      value |= BigInt(byte & 127) << BigInt(7 * index)
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw noMessage()
  }

  /** Decimal text. */
  int64(): string {
    return String(BigInt.asIntN(64, this.long()))
  }

  fixed32(): number {
    return this.#bytes.readUInt32LE(this.#step(4))
  }

  bytes(): Buffer {
    const length = this.varint()
    const start = this.#step(length)
    return this.#bytes.subarray(start, start + length)
  }

  text(): string {
    return this.bytes().toString()
  }

  /** Steps over a field that is not known, or not of the kind that it should be. */
  skip(tag: number): void {
    switch (tag % 8) {
      case VARINT:
        this.long()
        return
      case FIXED64:
        this.#step(8)
        return
      case DELIMITED:
        this.#step(this.varint())
        return
      case FIXED32:
        this.#step(4)
        return
      default:
        throw noMessage()
    }
  }

  #byte(): number {
    return this.#bytes[this.#step(1)] ?? 0
  }

  /** Answers where it was before it stepped so far. */
  #step(bytes: number): number {
    const before = this.#at
    if (before + bytes > this.#bytes.length) throw noMessage()
    this.#at = before + bytes
    return before
  }
}

function noMessage(): RangeError {
  return new RangeError('The bytes are no message of this type.')
}
