import type { Attempt, FileRecord, Finished, TransferListener } from './attempt.ts'
import type { Budget } from './budget.ts'
import type { Connection, ReceiverKind } from './connection.ts'
import type { FileDigest } from './digest.ts'
import type { ResumeRecord } from './resume-store.ts'
import { sendFile } from './send-file.ts'
import { sendToPlainReceiver } from './send-plain.ts'
import { openSource } from './source.ts'

export type TransferDeps = {
  readonly connection: Connection
  readonly budget: Budget
  /** Hears when the receiver has answered, and which kind it is. */
  readonly onReached: (kind: ReceiverKind) => void
}

/**
 * Takes one upload from where it stands to verified. The receiver says what it holds; the rest is sent, hashed on the same read, and verified there.
 * Fails with an UploadError, or with the reason of `signal`; what was acknowledged by then stays stored.
 */
export async function transfer(
  record: ResumeRecord,
  digest: FileDigest,
  { connection, budget, onReached }: TransferDeps,
  listener: TransferListener,
  signal: AbortSignal,
): Promise<Finished> {
  const kind = await connection.introduce(signal)
  onReached(kind)
  if (!isFile(record)) {
    // A plain receiver knows no folders; an empty one simply does not exist there.
    if (kind === 'plain') return { storedAs: record.path.join('/') }
    return { storedAs: await connection.makeFolder(record.path, signal) }
  }
  const source = await openSource(record.source, record.identity)
  const over = new AbortController()
  const attempt: Attempt = {
    record,
    source,
    digest,
    connection,
    budget,
    listener,
    signal: AbortSignal.any([signal, over.signal]),
  }
  try {
    return kind === 'plain' ? await sendToPlainReceiver(attempt) : await sendFile(attempt)
  } finally {
    // A lane that failed may leave another waiting for a chunk; with the attempt over, nobody waits.
    over.abort(new Error('The attempt is over.'))
    await source.close()
  }
}

function isFile(record: ResumeRecord): record is FileRecord {
  return record.identity !== undefined
}
