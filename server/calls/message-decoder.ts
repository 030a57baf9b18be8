import { PREFIX_BYTES } from '../limits/message-frames.ts'
import { takeRoom } from '../limits/message-rooms.ts'

/** Messages up to this length get memory that is used again, bytes: the chunks of our own senders do. */
const MOST_POOLED_BYTES = 1024 * 1024 + 512

/** A shorter message is copied sooner than memory for it is looked up, bytes. */
const LEAST_POOLED_BYTES = 32 * 1024

/**
 * Puts the messages of one call together from the pieces in which they arrive, as grpc-js does, but that each piece is
 * copied at once to where it belongs: grpc-js keeps all pieces, and then makes new memory for the whole message.
 */
export class MessageDecoder {
  readonly #mostBytes: number
  readonly #prefix = Buffer.alloc(PREFIX_BYTES)
  #prefixBytes = 0
  #message: Buffer | undefined
  #messageBytes = 0
  /** Of a message that gets no memory before it is whole. */
  #pieces: Buffer[] = []

  /** @param mostBytes how long a message may be; -1 for any length. */
  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** The next bytes of the call. Answers the messages that are whole now, each with its prefix of five bytes. */
  write(data: Buffer): Buffer[] {
    const whole: Buffer[] = []
    for (let at = 0; at < data.length; ) {
      if (this.#prefixBytes < PREFIX_BYTES) at += this.#takePrefix(data, at)
      else at += this.#takeBody(data, at)
      if (this.#prefixBytes === PREFIX_BYTES && this.#messageBytes === this.#length) whole.push(this.#end())
    }
    return whole
  }

  get #length(): number {
    return this.#prefix.readUInt32BE(1)
  }

  #takePrefix(data: Buffer, at: number): number {
    const bytes = data.copy(this.#prefix, this.#prefixBytes, at)
    this.#prefixBytes += bytes
    if (this.#prefixBytes < PREFIX_BYTES) return bytes
    const length = this.#length
    if (this.#mostBytes !== -1 && length > this.#mostBytes)
      throw new Error(`Received message larger than max (${length} vs ${this.#mostBytes})`)
    if (length < LEAST_POOLED_BYTES || length > MOST_POOLED_BYTES) return bytes
    this.#message = takeRoom(PREFIX_BYTES + length)
    this.#prefix.copy(this.#message)
    return bytes
  }

  #takeBody(data: Buffer, at: number): number {
    const bytes = Math.min(data.length - at, this.#length - this.#messageBytes)
    const piece = data.subarray(at, at + bytes)
    if (this.#message !== undefined) piece.copy(this.#message, PREFIX_BYTES + this.#messageBytes)
    else this.#pieces.push(piece)
    this.#messageBytes += bytes
    return bytes
  }

  #end(): Buffer {
    const message = this.#message ?? Buffer.concat([this.#prefix, ...this.#pieces])
    this.#message = undefined
    this.#pieces = []
    this.#prefixBytes = 0
    this.#messageBytes = 0
    return message
  }
}

/**
 * Has a call of grpc-js put its messages together in memory that is used again. There is no option for that; where the
 * call does not look as expected, it goes on as it is.
 */
export function decodeInRooms(call: object, mostBytes: number): void {
  const decoder: unknown = Reflect.get(call, 'decoder')
  if (typeof decoder === 'object' && decoder !== null && 'write' in decoder)
    Reflect.set(call, 'decoder', new MessageDecoder(mostBytes))
}
