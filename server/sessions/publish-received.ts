import type { Digest } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import { PrefixDigest } from '../bytes/prefix-digest.ts'
import { type UploadRecord, verifiedBy } from '../ledger/ledger.ts'
import type { Storage } from '../storage/storage.ts'
import { type OnVerified, type Read, settlePublication, verifyAndPublish } from './finish.ts'
import type { ReceivedBytes } from './received-bytes.ts'

/**
 * Makes the bytes of a complete upload a finished file; see {@link verifyAndPublish}. Bytes that turn out to be wrong
 * are forgotten, so that the sender finds nothing and sends them all again.
 *
 * @param checking.expected what the sender computed; undefined when it did not say.
 * @param checking.sender for whom the fair queue reads. It goes on when its caller is gone: who asks again is told what
 * came of it.
 */
export async function publishReceived(
  deps: Storage,
  record: UploadRecord,
  bytes: ReceivedBytes,
  { expected, sender }: { readonly expected: Digest | undefined; readonly sender: string },
  onVerified: OnVerified,
): Promise<UploadRecord> {
  const { uploads } = deps.ledger
  // An earlier attempt may have failed after the final name appeared; only the ledger knows.
  const saved = await uploads.find(record.fileId)
  const settled = saved && (await settlePublication(deps, saved))
  if (settled?.state.kind === 'finished') return settled
  await bytes.sync()
  try {
    if (settled === undefined) throw new ReceiveError('STORAGE_LOST_DATA', 'The bytes of this upload are gone.')
    const read: Read = async function* (start, end) {
      yield* deps.readings.fairBlocks({ sender }, (await bytes.open()).read(start, end))
    }
    const computed = async (heard: OnVerified): Promise<Digest> => {
      const kind = verifiedBy(record)
      const part = await bytes.open()
      if (part.digest) return part.digest(kind, heard)
      const digest = bytes.digest?.kind === kind ? bytes.digest : new PrefixDigest(kind, deps.hashing)
      return { kind, hex: await digest.finish(record.sizeBytes, read, heard) }
    }
    return await verifyAndPublish(deps, record, computed, expected, onVerified, read)
  } catch (error) {
    if (error instanceof ReceiveError && error.status === 'DATA_LOSS') {
      await uploads.save(record, { forgetChunks: true })
      await bytes.discard()
    }
    throw error
  }
}
