import { bytesStored, type UploadSnapshot } from '../../main/contract/contract.ts'

/** Only a verified upload is complete: before that, at most 99 % is shown. */
const MOST_BEFORE_DONE = 0.99

/** How much of something is stored, 0 to 1; 1 only when it is done. */
export function shareOf(stored: number, total: number, done: boolean): number {
  if (done) return 1
  return total > 0 ? Math.min(MOST_BEFORE_DONE, Math.max(0, stored / total)) : 0
}

/** How much of an upload is stored, 0 to 1; 1 only when it is done. */
export function uploadShare(upload: UploadSnapshot): number {
  return shareOf(bytesStored(upload), upload.sizeBytes, upload.status.kind === 'done')
}
