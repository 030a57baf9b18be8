import { ReceiveError } from '../base/errors.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import type { Storage } from '../storage/storage.ts'
import { type OnVerified, type Read, settlePublication, verifyAndPublish } from './finish.ts'
import type { ReceivedBytes } from './received-bytes.ts'

/**
 * Makes the bytes of a complete upload a finished file; see {@link verifyAndPublish}. Bytes that turn out to be wrong
 * are forgotten, so that the sender finds nothing and sends them all again.
 *
 * @param checking.sender for whom the fair queue reads. It goes on when its caller is gone: who asks again is told what
 * came of it.
 */
export async function publishReceived(
  deps: Storage,
  record: UploadRecord,
  bytes: ReceivedBytes,
  { md5, sender }: { readonly md5: string | undefined; readonly sender: string },
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
    return await verifyAndPublish(deps, record, (verified) => bytes.md5(sender, verified), md5, onVerified, read)
  } catch (error) {
    if (error instanceof ReceiveError && error.status === 'DATA_LOSS') {
      await uploads.save(record, { forgetChunks: true })
      await bytes.discard()
    }
    throw error
  }
}
