import type { UploadSummary } from '../../proto/generated/filetransfer/UploadSummary.ts'
import type { Connection } from './connection.ts'
import { UploadError } from './errors.ts'
import type { ResumeRecord } from './resume-store.ts'

/** A smaller file is sent sooner than its forgotten part is found, bytes. */
const WORTH_FINDING_BYTES = 8 * 1024 * 1024

/**
 * The key of an upload that the receiver holds of this very file (same path, size and time), that nobody is sending and no upload of ours goes by;
 * undefined when there is none. Should its content be other than the file's after all, the digest at the end tells, and it is sent anew.
 */
export async function findForgotten(
  { path, identity }: ResumeRecord,
  connection: Connection,
  owns: (uploadKey: string) => boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (identity === undefined || identity.sizeBytes < WORTH_FINDING_BYTES) return undefined
  if ((await connection.introduce(signal)) === 'plain') return undefined
  const found = (await ask(connection, signal)).find(
    (upload) =>
      !upload.busy &&
      Number(upload.size) === identity.sizeBytes &&
      Number(upload.modifiedAtMs) === identity.modifiedAtMs &&
      upload.path.join('/') === path.join('/') &&
      !owns(upload.uploadKey),
  )
  return found?.uploadKey
}

async function ask(connection: Connection, signal: AbortSignal): Promise<readonly UploadSummary[]> {
  try {
    return await connection.listUploads(signal)
  } catch (error) {
    // A receiver that cannot list says so in one way or another; the upload then begins as a new one.
    if (error instanceof UploadError && error.remedy !== 'retry') return []
    throw error
  }
}
