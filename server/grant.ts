import type { Caller } from './caller.ts'
import { ReceiveError } from './errors.ts'
import type { UploadRecord } from './ledger/ledger.ts'
import type { Quotas } from './quotas.ts'
import { toSafePath } from './safe-path.ts'

/** What a caller may do with files. */
export type Grant = {
  /** Whose uploads it sees: a device's own; undefined for those of callers that nobody asked who they are. */
  readonly owner: string | undefined
  /** Whose share of the receiver its uploads take: the device's, or that of the network it comes from where nobody asked who it is. */
  readonly holder: string
  readonly mayOverwrite: boolean
  /**
   * Where the caller's files go: the path it asked for, made safe, below its own folder.
   *
   * @throws ReceiveError BAD_NAME.
   */
  place(components: readonly string[]): string[]
  /** Promises an upload its bytes out of the caller's quota. Throws ReceiveError QUOTA when they do not fit. */
  promise(fileId: string, bytes: number): Promise<void>
  /** Takes back a promise to an upload that came to nothing. */
  release(fileId: string): void
  /** What is left of the caller's quota, bytes; infinite without one. */
  leftBytes(): Promise<number>
}

/** Throws ReceiveError NOT_ALLOWED for a caller that may not send. */
export function grantOf(caller: Caller, quotas: Quotas): Grant {
  switch (caller.kind) {
    case 'stranger':
      throw new ReceiveError('NOT_ALLOWED', 'This device is not paired.')
    case 'anyone':
      return {
        owner: undefined,
        holder: caller.network ?? 'anyone',
        mayOverwrite: true,
        place: toSafePath,
        promise: async () => {},
        release: () => {},
        leftBytes: async () => Number.POSITIVE_INFINITY,
      }
    case 'device': {
      const { device } = caller
      return {
        owner: device.id,
        holder: device.id,
        mayOverwrite: device.mayOverwrite,
        // What the device asks for is made safe on its own first, so that none of it can reach into the folder's own path.
        place: (components) => toSafePath([...(device.folder ?? []), ...toSafePath(components)]),
        promise: (fileId, bytes) => quotas.promise(device, fileId, bytes),
        release: (fileId) => quotas.release(device.id, fileId),
        leftBytes: () => quotas.leftBytes(device),
      }
    }
  }
}

/** The record when it is the caller's; undefined for one of somebody else, as for one that there is not. */
export function own({ owner }: Grant, record: UploadRecord | undefined): UploadRecord | undefined {
  return record?.owner === owner ? record : undefined
}

/** Throws ReceiveError UNKNOWN_UPLOAD, as for an upload that there is not, when it is not the caller's. */
export function mustOwn(grant: Grant, record: UploadRecord | undefined): void {
  if (own(grant, record) === undefined)
    throw new ReceiveError('UNKNOWN_UPLOAD', 'The receiver knows no such upload; begin it again.')
}
