import { ReceiveError } from '../base/errors.ts'
import { Shares } from '../base/shares.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import { type Admitted, senderOf } from './caller.ts'

/** The holder that stands for all callers who have not shown a valid token. */
export const STRANGERS = 'strangers'

const MIB = 1024 ** 2
/** What all strangers together may hold, bytes: nothing that they may send is longer than a few KiB. */
const STRANGERS_BYTES = 16 * MIB
/** At least this much where the limit in all is low, bytes: every caller is a stranger before its first call. */
const STRANGERS_LEAST_BYTES = MIB
/** See {@link STRANGERS_BYTES}. */
const STRANGERS_PART = 32
/**
 * The share of the limit in all for whole requests that wait for an answer: as objects they take several times their
 * length.
 */
const REQUESTS_PART = 8

/**
 * What a message costs beside its bytes while it waits for its handler, bytes: thousands of empty ones fit into one
 * frame.
 */
const MESSAGE_COST_BYTES = 2048

/**
 * What a call costs while it is open, whatever it carries: its metadata, and what grpc-js and HTTP/2 keep for it,
 * bytes.
 */
const CALL_COST_BYTES = 16 * 1024

/** What there is for all calls of a receiver, and who has how much of it. */
export class Held {
  readonly bytes: Shares
  readonly requests: Shares
  readonly streams: Shares
  readonly strangersStreams: Shares
  readonly #limits: ReceiverLimits

  constructor(limits: ReceiverLimits) {
    this.#limits = limits
    this.bytes = new Shares(() => limits.maxHeldBytesInAll)
    this.requests = new Shares(() => Math.floor(limits.maxHeldBytesInAll / REQUESTS_PART))
    this.streams = new Shares(() => limits.maxStreams)
    this.strangersStreams = new Shares(() => limits.maxStrangersStreams)
  }

  /** What somebody may hold at this moment, bytes. */
  mostBytes(holder: string): number {
    if (holder !== STRANGERS) return this.#limits.maxHeldBytesInAll - this.bytes.inAll
    return Math.max(STRANGERS_LEAST_BYTES, Math.min(STRANGERS_BYTES, this.#limits.maxHeldBytesInAll / STRANGERS_PART))
  }
}

/** What one call holds, counted for whoever makes it: a stranger, until it is known. */
export class Holding {
  readonly #held: Held
  #holder: string
  #bytes = 0
  #requestBytes = 0
  /** How long the whole messages are that no handler is done with, the oldest first, bytes. */
  readonly #messages: number[] = []
  /** Where its stream is counted, and for whom, since it was let in. */
  #stream: { readonly shares: Shares; readonly holder: string } | undefined
  #hasLeft = false

  /** @param holder who it is likely to be */
  constructor(held: Held, holder: string) {
    this.#held = held
    this.#holder = holder
    this.add(CALL_COST_BYTES)
  }

  get holder(): string {
    return this.#holder
  }

  get bytes(): number {
    return this.#bytes
  }

  /** True when its holder has more than its share. */
  get isTooMuch(): boolean {
    return this.#held.bytes.heldBy(this.#holder) > this.#held.mostBytes(this.#holder)
  }

  /** It holds so many bytes more, or less. */
  add(bytes: number): void {
    if (this.#hasLeft) return
    this.#bytes += bytes
    this.#held.bytes.add(this.#holder, bytes)
  }

  /** A whole message has arrived, which is held until its handler asks for another one, or answers. */
  keepMessage(bytes: number): void {
    if (this.#hasLeft) return
    this.#messages.push(bytes + MESSAGE_COST_BYTES)
    this.add(bytes + MESSAGE_COST_BYTES)
  }

  /** The handler is done with the oldest message. */
  finishMessage(): void {
    this.add(-(this.#messages.shift() ?? 0))
  }

  /**
   * It is known who makes the call. Throws ReceiveError BUSY for one stream too many, HOLDS_TOO_MUCH for a request that
   * is too much beside others.
   */
  admit(admitted: Admitted): void {
    if (this.#hasLeft) return
    const isStranger = admitted.caller.kind === 'stranger'
    const sender = senderOf(admitted)
    const shares = isStranger ? this.#held.strangersStreams : this.#held.streams
    if (!shares.take(sender)) throw tooManyCalls(shares.heldBy(sender))
    this.#stream = { shares, holder: sender }
    const bytes = this.#bytes
    this.add(-bytes)
    this.#holder = isStranger ? STRANGERS : sender
    this.add(bytes)
    if (this.#requestBytes > 0) this.#takeRequest()
  }

  /**
   * The only message of the call is so long. Throws ReceiveError HOLDS_TOO_MUCH when its sender has too many that wait
   * for their answers.
   */
  request(bytes: number): void {
    this.#requestBytes = bytes
    if (this.#stream !== undefined) this.#takeRequest()
  }

  /** The call is over, or does not count any more. */
  leave(): void {
    if (this.#hasLeft) return
    this.add(-this.#bytes)
    this.#stream?.shares.give(this.#stream.holder)
    if (this.#stream !== undefined) this.#held.requests.give(this.#holder, this.#requestBytes)
    this.#hasLeft = true
  }

  #takeRequest(): void {
    const bytes = this.#requestBytes
    this.#requestBytes = 0
    if (!this.#held.requests.take(this.#holder, bytes)) {
      const held = this.#held.requests.heldBy(this.#holder)
      throw new ReceiveError(
        'HOLDS_TOO_MUCH',
        `Requests of ${held} bytes of this sender wait for their answers, and another one of ${bytes} is too much. Wait for some of them.`,
      )
    }
    this.#requestBytes = bytes
  }
}

function tooManyCalls(open: number): ReceiveError {
  return new ReceiveError(
    'BUSY',
    `This sender has ${open} calls open, and there is no room for more. End some of them.`,
  )
}
