import { ReceiveError } from './errors.ts'
import { MessageFrames } from './message-frames.ts'
import type { MessageLimit } from './message-limits.ts'

/** Looks at what arrives of one call before any of it is kept: the first bytes of each message say whether it can be taken. */
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

  /** The next bytes of the call. Throws ReceiveError COMPRESSED, MESSAGE_TOO_LONG, BAD_LENGTH, and what `onRequest` throws. */
  take(data: Uint8Array): void {
    const frames = this.#frames
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
    if (!isOnly) return
    if (frames.whole > 1 || (frames.whole === 1 && frames.isInside))
      throw new ReceiveError('BAD_LENGTH', 'This call takes one message, and more came.')
    if (this.#isAsked || frames.longest === 0) return
    this.#isAsked = true
    this.#onRequest(frames.longest)
  }
}
