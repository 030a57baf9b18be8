/**
 * What the desktop app and the receiver that it runs say to each other: the app gives commands as messages to the
 * process, the receiver prints lines. Each end is held to these types in what it says, and looks at run time at what it
 * hears.
 */

/** What the receiver does when it is told to; it answers with the line of that name. */
export type ReceiverCommand =
  /** Opens a new pairing code in place of the one before. */
  | { readonly command: 'invite' }
  /** Tells the paired devices, and from then on also when there are others. */
  | { readonly command: 'devices' }
  /** Tells what is arriving, each time it changed, about once a second. */
  | { readonly command: 'incoming' }
  /** Forgets a device. */
  | { readonly command: 'revoke'; readonly id: string }
  /**
   * Makes the app a device of its receiver, with a token that it made; only the digest of that (SHA-256, hex) goes
   * there.
   */
  | { readonly command: 'admit'; readonly id: string; readonly name: string; readonly tokenDigest: string }

/** One line of a receiver that was started with `--json`: one JSON object, for whatever program reads it. */
export type ReceiverLine =
  /** It listens now. */
  | {
      readonly event: 'listening'
      /** The address it listens on, which may stand for all of them: `0.0.0.0`. */
      readonly host: string
      readonly port: number
      readonly tls: boolean
      /** SHA-256 of its certificate, `sha256:` and 64 hex digits. Absent: it does not encrypt. */
      readonly fingerprint?: string
      /** Says where others reach it, and lets one device pair. */
      readonly pairLink?: string
      readonly statusPort?: number
    }
  /** A file is complete, verified and under its final name, which is relative to the receiving folder. */
  | {
      readonly event: 'stored'
      readonly name: string
      readonly bytes: number
      /** What it was verified by, as one word: `xxh128:` and its hex. */
      readonly digest: string
      /** Its hex when that was an MD5. */
      readonly md5?: string
    }
  /** A code is open. */
  | { readonly event: 'invitation'; readonly pairLink: string; readonly expiresAtMs: number }
  /** The code is used up or void, and none is open any more. */
  | { readonly event: 'invitation'; readonly pairLink?: never; readonly expiresAtMs?: never }
  | { readonly event: 'devices'; readonly devices: readonly PairedDevice[] }
  | { readonly event: 'incoming'; readonly files: readonly IncomingFile[] }
  /** The app is a device of its receiver. `message`: it is not, and why. */
  | { readonly event: 'admitted'; readonly id: string; readonly message?: string }

/** A device that may send to this computer. Times are epoch milliseconds. */
export type PairedDevice = { readonly id: string; readonly name: string; readonly pairedAtMs?: number }

/**
 * A file that is arriving. Times and names of the past are not here: it is what somebody who looks at the receiver sees
 * now.
 */
export type IncomingFile = {
  readonly id: string
  /** Where it goes below the receiving folder, components joined with "/". */
  readonly path: string
  readonly bytes: number
  readonly bytesStored: number
  /** Id of the device that sends it; absent when nobody is asked who they are. */
  readonly device?: string
}

/**
 * What was heard and is not looked at yet: a field of the contract may be there, and be anything. A field that the
 * contract does not have cannot be asked for.
 */
export type Heard<Said> = { readonly [Field in Said extends unknown ? keyof Said : never]?: unknown }
