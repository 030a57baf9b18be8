import { ReceiveError } from '../base/errors.ts'
import { type Admitted, senderOf } from '../calls/caller.ts'
import type { KnownDevice } from '../devices/known-device.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import { toSafePath } from '../names/safe-path.ts'
import type { Quotas } from './quotas.ts'

/**
 * What a caller may do with files, at the moment when it is asked: an owner may change that, or end it, while a call is
 * under way.
 */
export type Permissions = {
  /** Whose uploads it sees: a device's own; undefined for those of callers that nobody asked who they are. */
  readonly owner: string | undefined
  /**
   * Whose share of the receiver its uploads take: the device's, or that of the network it comes from where nobody asked
   * who it is.
   */
  readonly holder: string
  /** @throws what {@link mustBeValid} throws. */
  readonly mayOverwrite: boolean
  /** Another object whenever what the caller may do may have changed. */
  rights(): object
  /** Throws ReceiveError NO_TOKEN or TOKEN_EXPIRED when the caller may no longer go on. */
  mustBeValid(): void
  /**
   * Where the caller's files go: the path it asked for, made safe, below its own folder.
   *
   * @throws ReceiveError BAD_NAME, and what {@link mustBeValid} throws.
   */
  pathFor(components: readonly string[]): string[]
  /** Reserves an upload its room under all quotas that are on its way. Throws ReceiveError QUOTA when there is none. */
  reserve(upload: Room): Promise<void>
  /** Whether it has its room under the quotas that there are now. */
  isReserved(upload: Room): boolean
  /** Gives back the room of an upload that came to nothing. */
  release(fileId: string): void
  /** Makes a folder, when the quotas on its way have room for it. Throws ReceiveError QUOTA, and what `make` throws. */
  makingFolder<T>(path: readonly string[], make: () => Promise<T>): Promise<T>
  /** What is left for the caller of the quotas on its folder and above, bytes; infinite without one. */
  leftBytes(): Promise<number>
}

/** An upload that needs room. */
type Room = Pick<UploadRecord, 'fileId' | 'path' | 'sizeBytes'>

const everything = {}

/** Throws ReceiveError NOT_ALLOWED for a caller that may not send. */
export function permissionsOf(
  admitted: Pick<Admitted, 'caller' | 'address' | 'deviceNow' | 'mustBeValid'>,
  quotas: Quotas,
): Permissions {
  const { caller, mustBeValid } = admitted
  const holder = senderOf(admitted)
  const room = {
    reserve: ({ fileId, path, sizeBytes }: Room) => quotas.reserve(fileId, path, sizeBytes),
    isReserved: ({ fileId, path, sizeBytes }: Room) => quotas.isReserved(fileId, path, sizeBytes),
    release: (fileId: string) => quotas.release(fileId),
    makingFolder: <T>(path: readonly string[], make: () => Promise<T>) => quotas.makingFolder(path, make),
  }
  switch (caller.kind) {
    case 'stranger':
      throw new ReceiveError('NOT_ALLOWED', 'This device is not paired.')
    case 'anyone':
      return {
        owner: undefined,
        holder,
        mayOverwrite: true,
        rights: () => everything,
        mustBeValid,
        pathFor: toSafePath,
        ...room,
        leftBytes: async () => Number.POSITIVE_INFINITY,
      }
    case 'device': {
      const now = () => admitted.deviceNow(caller.device)
      quotas.called(now())
      return {
        owner: caller.device.id,
        holder,
        get mayOverwrite() {
          return now().mayOverwrite
        },
        rights: now,
        mustBeValid,
        pathFor: (components) => pathBelow(now(), components),
        ...room,
        leftBytes: () => quotas.leftBytes(now()),
      }
    }
  }
}

/** What the device asks for is made safe on its own first, so that none of it can reach into the folder's own path. */
function pathBelow({ folder = [] }: KnownDevice, components: readonly string[]): string[] {
  return toSafePath([...folder, ...toSafePath(components)])
}

/** The record when it is the caller's; undefined for one of somebody else, as for one that there is not. */
export function own({ owner }: Permissions, record: UploadRecord | undefined): UploadRecord | undefined {
  return record?.owner === owner ? record : undefined
}

/** Throws ReceiveError UNKNOWN_UPLOAD, as for an upload that there is not, when it is not the caller's. */
export function mustOwn(permissions: Permissions, record: UploadRecord | undefined): void {
  if (own(permissions, record) === undefined)
    throw new ReceiveError('UNKNOWN_UPLOAD', 'The receiver knows no such upload; begin it again.')
}
