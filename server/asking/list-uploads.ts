import type { UploadRecord } from '../ledger/ledger.ts'
import { type Grant, own } from '../permissions/grant.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Storage } from '../storage/storage.ts'

/** An upload that a sender can go on with, as far as the ledger knows it. */
export type OpenUpload = {
  readonly uploadKey: string
  readonly record: UploadRecord
  readonly storedBytes: number
  readonly busy: boolean
}

/**
 * The caller's unfinished uploads that were begun with a key. Those of plain clients are left out: nobody but their client could go on with them.
 *
 * @param signal ends looking for them.
 */
export async function* openUploads(
  { ledger, readings }: Pick<Storage, 'ledger' | 'readings'>,
  sessions: Sessions,
  grant: Grant,
  signal: AbortSignal | undefined,
): AsyncGenerator<OpenUpload> {
  const reader = { sender: grant.holder, signal }
  for await (const record of readings.recordsInTurns(reader, ledger.uploads.unfinished())) {
    if (record.origin.kind !== 'begun' || !own(grant, record)) continue
    let storedBytes = 0
    for await (const { start, end } of readings.recordsInTurns(reader, ledger.chunks.list(record.fileId)))
      storedBytes += end - start
    yield { uploadKey: record.origin.uploadKey, record, storedBytes, busy: sessions.isBusy(record.fileId) }
  }
}
