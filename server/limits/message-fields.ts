import { ReceiveError } from '../base/errors.ts'
import { BESIDE_DATA_BYTES, type MessageLimit } from './message-limits.ts'

const VARINT = 0
const FIXED64 = 1
const DELIMITED = 2
const FIXED32 = 5

/** No number on the wire has more bytes. */
const LONGEST_VARINT = 10

/**
 * Counts the fields of a message as it came from the wire, without keeping any. A message that would cost too much is
 * never made into objects: millions of empty elements fit into a few megabytes.
 *
 * @throws ReceiveError MESSAGE_TOO_LONG for more than the limit allows; BAD_LENGTH for what is no message.
 */
export function mustFitFields(bytes: Uint8Array, limit: MessageLimit): void {
  new Fields(bytes, limit).look()
}

class Fields {
  readonly #bytes: Uint8Array
  readonly #limit: MessageLimit
  #at = 0
  #count = 0
  #dataBytes: number | undefined

  constructor(bytes: Uint8Array, limit: MessageLimit) {
    this.#bytes = bytes
    this.#limit = limit
  }

  look(): void {
    const { dataField, messagesField } = this.#limit
    while (this.#at < this.#bytes.length) {
      const { number, end } = this.#next(this.#bytes.length)
      if (number === dataField) this.#takeData(end - this.#at)
      else if (number === messagesField) while (this.#at < end) this.#at = this.#next(end).end
      this.#at = end
    }
    const besideBytes = this.#bytes.length - (this.#dataBytes ?? 0)
    if (dataField !== undefined && besideBytes > BESIDE_DATA_BYTES)
      throw tooLong(
        `A message has ${besideBytes} bytes beside those of the file; the most is ${BESIDE_DATA_BYTES}. Use shorter names and ids.`,
      )
  }

  #takeData(bytes: number): void {
    if (this.#dataBytes !== undefined) throw tooLong('A message carries data more than once; send each chunk alone.')
    this.#dataBytes = bytes
  }

  /**
   * Steps behind the tag, and behind the length, of the next field before `end`; answers which it is and where it ends.
   */
  #next(end: number): { readonly number: number; readonly end: number } {
    const { fields } = this.#limit
    if (++this.#count > fields)
      throw tooLong(
        `A message has more than ${fields} fields and elements, the most for this call. Ask for less at once.`,
      )
    const tag = this.#varint(end)
    const number = Math.floor(tag / 8)
    const length = this.#lengthOf(tag % 8, end)
    if (number === 0 || this.#at + length > end) throw noMessage()
    return { number, end: this.#at + length }
  }

  #lengthOf(wireType: number, end: number): number {
    switch (wireType) {
      case VARINT: {
        const from = this.#at
        this.#varint(end)
        const length = this.#at - from
        this.#at = from
        return length
      }
      case FIXED64:
        return 8
      case DELIMITED:
        return this.#varint(end)
      case FIXED32:
        return 4
      default:
        // Groups, which this contract never had, and unknown kinds.
        throw noMessage()
    }
  }

  #varint(end: number): number {
    let value = 0
    for (let count = 0; count < LONGEST_VARINT && this.#at < end; count++) {
      const byte = this.#bytes[this.#at++] ?? 0
      value += (byte & 127) * 2 ** (7 * count)
      if (byte < 128) return value
    }
    throw noMessage()
  }
}

function tooLong(message: string): ReceiveError {
  return new ReceiveError('MESSAGE_TOO_LONG', message)
}

function noMessage(): ReceiveError {
  return new ReceiveError('BAD_LENGTH', 'A message is not what the contract says: its fields do not fit into it.')
}
