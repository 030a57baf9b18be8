/** What a device that is paired may do. */
export type Rights = {
  /**
   * The device's files go below this folder of the receiving folder, one element for each component; undefined for the
   * whole of it.
   */
  readonly folder?: readonly string[]
  /** How many bytes its folder may come to hold; needs a folder. */
  readonly quotaBytes?: number
  /** Whether it may replace files that are there. */
  readonly mayOverwrite: boolean
  /** From when on its token is no longer taken, milliseconds since 1970. */
  readonly expiresAtMs?: number
}

/** A device that may send. */
export type KnownDevice = Rights & {
  /** Not secret: 16 hex digits, or what whoever embeds the receiver answered. */
  readonly id: string
  /** For people. */
  readonly name: string
}
