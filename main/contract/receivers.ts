/**
 * The part of the contract between the window and the main process that is about receivers. Imports only why something
 * does not go on, and what the app's own receiver tells.
 */
import type { IncomingFile, PairedDevice } from '../../proto/own-receiver.ts'
import type { Stop } from './stops.ts'

export type { IncomingFile, PairedDevice } from '../../proto/own-receiver.ts'

/** Names a known receiver for as long as it is known; says nothing about where it is. */
export type ReceiverId = string

/** The receiver that runs inside the app; its address changes from run to run, this name does not. */
export const THIS_COMPUTER: ReceiverId = 'this-computer'

/** A receiver that this computer may send to. */
export type KnownReceiver = {
  readonly id: ReceiverId
  /** For people; they may change it. */
  readonly name: string
  /** `host:port`. */
  readonly address: string
  /**
   * SHA-256 of the certificate that is its identity, `sha256:` and 64 hex digits. Absent: what is sent to it is not
   * encrypted.
   */
  readonly fingerprint?: string
  readonly standing: ReceiverStanding
}

/** How this computer stands with a receiver, as far as it knows. */
export type ReceiverStanding =
  | { readonly kind: 'good' }
  /** It does not know this computer any more, or the key to it could not be read: both have to be paired again. */
  | { readonly kind: 'not-paired' }
  /**
   * Something else answers at its address; nothing is sent. Absent fingerprint: what answers is not encrypted at all.
   */
  | { readonly kind: 'identity-changed'; readonly presented?: string }

/** What answered at an address that a person gave, and what has to happen before it can be sent to. */
export type ReceiverOffer =
  /** It was known already, and is chosen now. */
  | { readonly kind: 'chosen'; readonly id: ReceiverId }
  /** To be paired. `name` and `code` are what the link said. */
  | {
      readonly kind: 'needs-code'
      readonly address: string
      readonly fingerprint: string
      readonly name?: string
      readonly code?: string
    }
  /** It speaks plaintext: whoever is on the way can read and change what is sent. */
  | { readonly kind: 'not-encrypted'; readonly address: string }
  /** It is not who the link, or what is known of this address, says. Absent `presented`: it is not encrypted at all. */
  | {
      readonly kind: 'other-identity'
      readonly address: string
      readonly expected: string
      readonly presented?: string
      /** The known receiver that is not there. Absent: a link said what to expect. */
      readonly known?: ReceiverId
    }
  /** Nothing came of it. Without a `reason` only `message` tells why. */
  | ({ readonly kind: 'refused' } & (Stop | Pick<Stop, 'message'>))

/** Lets one device pair with this computer, once, until `expiresAtMs` (epoch). */
export type Invitation = { readonly link: string; readonly code: string; readonly expiresAtMs: number }

/** "Receive on this computer". */
export type LocalReceiver =
  | { readonly kind: 'off'; readonly directory: string }
  | { readonly kind: 'starting'; readonly directory: string }
  | {
      readonly kind: 'on'
      readonly directory: string
      /** Where others reach it, `host:port`. */
      readonly address: string
      readonly fingerprint?: string
      readonly filesReceived: number
      /** By path; at most 100, and none that comes whole in one message. */
      readonly incoming: readonly IncomingFile[]
      /** Absent: nobody was invited, or the invitation was used. */
      readonly invitation?: Invitation
      /** Other devices that may send here. */
      readonly devices: readonly PairedDevice[]
    }
  | { readonly kind: 'failed'; readonly directory: string; readonly message: string }

/**
 * A receiver that was heard of on the local network. Anybody there can make one up: it suggests an address and proves
 * nothing.
 */
export type FoundReceiver = {
  /** 32 hex digits, as the receiver says. */
  readonly id: string
  /** What people call it, as the receiver says: printable, at most 64 characters. */
  readonly name: string
  /** `host:port` with a literal address, `[IPv6]:port`. */
  readonly address: string
  /** Of its certificate, as the receiver says. */
  readonly fingerprint?: string
  /** Whether it says that it speaks TLS. */
  readonly tls: boolean
}
