import { ReceiveError } from './errors.ts'
import { type OnVerified, settlePublication, verifyAndPublish } from './finish.ts'
import type { UploadRecord } from './ledger/ledger.ts'
import type { ReceivedBytes } from './received-bytes.ts'
import type { Storage } from './storage.ts'

/**
 * Makes the bytes of a complete upload a finished file; see {@link verifyAndPublish}. Bytes that turn out to be wrong are forgotten, so that the sender finds
 * nothing and sends them all again.
 */
export async function publishReceived(
  deps: Storage,
  record: UploadRecord,
  bytes: ReceivedBytes,
  md5: string | undefined,
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
    return await verifyAndPublish(deps, record, (verified) => bytes.md5(verified), md5, onVerified)
  } catch (error) {
    if (error instanceof ReceiveError && error.status === 'DATA_LOSS') {
      await uploads.save(record, { forgetChunks: true })
      await bytes.discard()
    }
    throw error
  }
}
