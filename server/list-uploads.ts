import { type Grant, own } from './grant.ts'
import type { Ledger, UploadRecord } from './ledger/ledger.ts'
import type { Sessions } from './sessions.ts'

/** An upload that a sender can go on with, as far as the ledger knows it. */
export type OpenUpload = {
  readonly uploadKey: string
  readonly record: UploadRecord
  readonly storedBytes: number
  readonly busy: boolean
}

/** The caller's unfinished uploads that were begun with a key. Those of plain clients are left out: nobody but their client could go on with them. */
export async function* openUploads(ledger: Ledger, sessions: Sessions, grant: Grant): AsyncGenerator<OpenUpload> {
  for await (const record of ledger.uploads.unfinished()) {
    if (record.origin.kind !== 'begun' || !own(grant, record)) continue
    const storedBytes = await ledger.chunks.bytes(record.fileId)
    yield { uploadKey: record.origin.uploadKey, record, storedBytes, busy: sessions.isBusy(record.fileId) }
  }
}
