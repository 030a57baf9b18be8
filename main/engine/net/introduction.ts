import { status } from '@grpc/grpc-js'
import { kindFromWire } from '../../../proto/digest/digest-messages.ts'
import type { DigestKind } from '../../../proto/digests.ts'
import type { ReceiverInfo } from '../../../proto/generated/filetransfer/ReceiverInfo.ts'
import type { FileTransferClient } from '../../../proto/index.ts'
import { PROTOCOL_VERSION } from '../../../proto/limits.ts'
import { accessError, isServiceError, UploadError } from '../base/errors.ts'
import { ask } from './ask.ts'

/**
 * The first question also opens the connection, and nothing else limits that, ms. A connection that was opened while
 * the network was gone would wait for ever; the next attempt opens a new one.
 */
const INTRODUCE_WITHIN_MS = 10_000

/** Ours knows all of the contract; a three-rpc one only its first three. */
export type ReceiverKind = 'longshore' | 'three-rpc'

/** The digests that a receiver knows, and which one it wants of a sender that was told no other. */
export type KnownDigests = { readonly known: readonly DigestKind[]; readonly wanted: DigestKind }

/** What every receiver knows, and some know nothing else. */
export const onlyMd5: KnownDigests = { known: ['md5'], wanted: 'md5' }

/** What a receiver tells of itself before anything is sent; see `Connection`. */
type Introduction = {
  readonly kind: ReceiverKind
  readonly smallFileMaxBytes: number
  readonly runId: string
  readonly digests: KnownDigests
}

/** Asks a receiver which kind it is, and what it can do. Throws UploadError. */
export async function introduction(
  client: Pick<InstanceType<typeof FileTransferClient>, 'getReceiverInfo'>,
  signal: AbortSignal,
): Promise<Introduction> {
  try {
    const info = await ask<ReceiverInfo>(
      (options, done) => client.getReceiverInfo({}, options, done),
      signal,
      INTRODUCE_WITHIN_MS,
    )
    if (info.protocolMin > PROTOCOL_VERSION) {
      throw new UploadError('OLD_SENDER', 'The receiver needs a newer Longshore on this computer.')
    }
    if (info.access === 'PAIRING_NEEDED') throw accessError('NOT_PAIRED')
    const { putFilesMaxBytes: smallFileMaxBytes, runId } = info
    return { kind: 'longshore', smallFileMaxBytes, runId, digests: digestsOf(info) }
  } catch (error) {
    const { cause } = error as UploadError
    if (isServiceError(cause) && cause.code === status.UNIMPLEMENTED)
      return { kind: 'three-rpc', smallFileMaxBytes: 0, runId: '', digests: onlyMd5 }
    throw error
  }
}

/** Receivers of earlier versions tell none, and know MD5; one of a later version may want what is not known here. */
function digestsOf({ digests, defaultDigest }: Pick<ReceiverInfo, 'digests' | 'defaultDigest'>): KnownDigests {
  if (digests.length === 0) return onlyMd5
  const known = digests.flatMap((kind) => kindFromWire(kind) ?? [])
  const wanted = kindFromWire(defaultDigest) ?? 'md5'
  return { known, wanted }
}
