import { ReceiveError } from '../base/errors.ts'

/** The right to be busy with an upload: no other receiver is, as long as it holds. */
export type Lease = {
  /** Throws ReceiveError MOVED when it may have ended: another receiver may be busy with the upload by now. */
  mustHold(): void
  /** Lets another receiver have the upload at once. Never rejects: a lease that cannot be given back ends by itself. */
  release(): Promise<void>
}

/** Which of several receivers is busy with which upload. */
export interface Leases {
  /** True when there may be other receivers. */
  readonly areShared: boolean
  /**
   * Takes an upload for this receiver.
   *
   * @throws HeldElsewhere while another receiver has it; ReceiveError UNKNOWN_UPLOAD, STATE_UNREACHABLE.
   */
  take(fileId: string): Promise<Lease>
  /**
   * From now on this lease of another receiver does not count, because that receiver does not answer. Whatever it still
   * does changes nothing.
   */
  doubt(fileId: string, lease: string): void
  /** True when any receiver is busy with the upload. */
  isHeld(fileId: string): Promise<boolean>
  /**
   * Calls back when every lease ended at once, because this receiver could not renew them in time, with what to tell
   * the senders.
   */
  onLost(listener: (error: ReceiveError) => void): void
}

/** Another receiver is busy with the upload. */
export class HeldElsewhere extends ReceiveError {
  readonly fileId: string
  /** The lease of the one that is busy with it. */
  readonly lease: string
  /** What that one told of itself. */
  readonly told: string

  constructor(fileId: string, lease: string, told: string) {
    super('BUSY', 'Another node of this receiver is busy with this upload; try again.')
    this.fileId = fileId
    this.lease = lease
    this.told = told
  }
}

const lease: Lease = { mustHold: () => undefined, release: async () => undefined }

/** For a receiver that shares its ledger with nobody. */
export const noOtherReceiver: Leases = {
  areShared: false,
  take: async () => lease,
  doubt: () => undefined,
  isHeld: async () => false,
  onLost: () => undefined,
}
