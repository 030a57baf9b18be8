import { digestWords } from '../../proto/digest/digest-forms.ts'
import { listed } from '../bytes/range-set.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { Session } from '../sessions/session.ts'

/** How a call ended, as a three-RPC client reads it. */
export type ThreeRpcStatus = { readonly success: boolean; readonly message: string }

/** What a three-RPC client reads of a file that is complete. */
export function storedStatus({ storedAs, sizeBytes, digest }: FinishedFile): ThreeRpcStatus {
  return { success: true, message: `Stored as ${storedAs}, ${sizeBytes} bytes, ${digestWords(digest)}` }
}

/** What a three-RPC client reads of a file that is not. */
export function whatIsMissing(session: Session, damaged: ReadonlySet<number>): string {
  const missing = `Missing bytes: ${listed(session.missing)} of ${session.record.sizeBytes}.`
  if (damaged.size === 0) return missing
  return `Arrived damaged at offset ${[...damaged].slice(0, 5).join(', ')}: chunk_md5 did not match. ${missing}`
}
