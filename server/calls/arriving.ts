import { ReceiveError } from '../base/errors.ts'
import { MessageFrames, PREFIX_BYTES } from '../limits/message-frames.ts'
import type { MessageLimit } from '../limits/message-limits.ts'

/**
 * grpc-js makes objects of all messages in a piece at once, thousands of them when they are empty. So a piece has this
 * many messages until more are asked for.
 */
const MESSAGES_AT_ONCE = 128

/**
 * Looks at the bytes of one call before any of them is kept: the first bytes of each message tell whether it can be
 * taken.
 */
export class Arriving {
  readonly #frames = new MessageFrames()
  readonly #limit: MessageLimit
  readonly #onRequest: (bytes: number) => void
  #isAsked = false

  /** @param onRequest told how long the only message of the call is, bytes; may throw ReceiveError */
  constructor(limit: MessageLimit, onRequest: (bytes: number) => void) {
    this.#limit = limit
    this.#onRequest = onRequest
  }

  /**
   * The next bytes of the call. Answers them in pieces of few messages each. Throws ReceiveError COMPRESSED,
   * MESSAGE_TOO_LONG, BAD_LENGTH, and what `onRequest` throws.
   */
  take(data: Uint8Array): readonly Uint8Array[] {
    const frames = this.#frames
    const before = frames.whole
    frames.take(data)
    if (frames.isCompressed) {
      throw new ReceiveError('COMPRESSED', 'The receiver takes no compressed messages; send them as they are.')
    }
    const { bytes, isOnly, dataField } = this.#limit
    if (frames.longest > bytes) {
      const figures = `A message is ${frames.longest} bytes long, and the receiver takes at most ${bytes}`
      const remedy = dataField === undefined ? 'in this call. Ask for less at once.' : 'Send shorter chunks.'
      throw new ReceiveError('MESSAGE_TOO_LONG', `${figures}${dataField === undefined ? ' ' : '. '}${remedy}`)
    }
    if (isOnly) this.#takeOnly()
    return frames.whole - before <= MESSAGES_AT_ONCE ? [data] : cut(data, MESSAGES_AT_ONCE * PREFIX_BYTES)
  }

  #takeOnly(): void {
    const { whole, isInside, longest } = this.#frames
    if (whole > 1 || (whole === 1 && isInside))
      throw new ReceiveError('BAD_LENGTH', 'This call takes one message, and more came.')
    if (this.#isAsked || longest === 0) return
    this.#isAsked = true
    this.#onRequest(longest)
  }
}

function cut(data: Uint8Array, pieceBytes: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = []
  for (let at = 0; at < data.length; at += pieceBytes) pieces.push(data.subarray(at, at + pieceBytes))
  return pieces
}
