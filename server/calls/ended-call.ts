/** A call that has ended. */
export type EndedCall = {
  /**
   * What it is called in this log, in the trailer `x-request-id` of its answer, and at every node that it was passed on
   * to.
   */
  readonly requestId: string
  /** For example `BeginUpload`. */
  readonly method: string
  /** Where it came from; that of a proxy when there is one. */
  readonly address: string
  /** The id of the device that made it, where devices are known. */
  readonly device?: string
  /** The `x-upload-id` it named. */
  readonly upload?: string
  /** It showed no token that is valid, where one is asked for. */
  readonly isStranger?: true
  /** Another node passed it on. */
  readonly isForwarded?: true
  /** The name of its gRPC status. `CANCELLED` also when the connection broke. */
  readonly status: string
  /** See docs/protocol.md. */
  readonly reason?: string
  /** What it was told, when the status is not OK. */
  readonly message?: string
  /** From its first byte to its status, ms. */
  readonly ms: number
}
