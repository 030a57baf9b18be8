import type { ReceiveError } from '../base/errors.ts'

type SendOff = (error: ReceiveError) => void

/** The streams that serve one upload, each with the way to send it off. */
export class Streams {
  readonly #all = new Set<{ readonly sendOff: SendOff }>()

  /** A stream begins to serve the upload. Answers the way to leave. */
  join(sendOff: SendOff): () => void {
    const stream = { sendOff }
    this.#all.add(stream)
    return () => this.#all.delete(stream)
  }

  /** Sends every stream off. */
  dismiss(error: ReceiveError): void {
    for (const { sendOff } of [...this.#all]) sendOff(error)
    this.#all.clear()
  }
}
