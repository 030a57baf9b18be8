import type { Digest } from '../../../proto/digests.ts'
import type { Stop, UploadStatus } from '../../contract/contract.ts'

/** What can happen to an upload. */
export type UploadEvent =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'stored'
      readonly bytesStored: number
      readonly bytesPerSecond?: number
      readonly secondsLeft?: number
    }
  | { readonly kind: 'verifying'; readonly bytesVerified: number }
  | ({ readonly kind: 'interrupted'; readonly retryAtMs: number } & Stop)
  | ({ readonly kind: 'failed'; readonly bytesSent?: number } & Stop)
  | {
      readonly kind: 'finished'
      readonly storedAs: string
      readonly digest?: Digest
      readonly bytesSent: number
      readonly finishedAtMs: number
    }
  | { readonly kind: 'paused' }
  /** The person resumes it, or the wait before the next attempt is over. */
  | { readonly kind: 'released' }

export type FinishedEvent = UploadEvent & { readonly kind: 'finished' }

/** Which events each status listens to; every other event arrived too late and changes nothing. */
const accepts = {
  waiting: ['started', 'paused', 'interrupted', 'failed'],
  sending: ['stored', 'verifying', 'interrupted', 'failed', 'finished', 'paused'],
  verifying: ['verifying', 'interrupted', 'failed', 'finished', 'paused'],
  interrupted: ['released', 'paused', 'failed'],
  paused: ['released'],
  failed: ['released'],
  done: [],
} as const satisfies Record<UploadStatus['kind'], readonly UploadEvent['kind'][]>

/** The whole state machine. An event that `status` does not listen to returns the very same object. */
export function next(status: UploadStatus, event: UploadEvent): UploadStatus {
  if (!(accepts[status.kind] as readonly string[]).includes(event.kind)) return status
  const stored = storedSoFar(status)
  switch (event.kind) {
    case 'started':
      return { kind: 'sending', bytesStored: stored.bytesStored ?? 0 }
    case 'stored':
      return { ...event, kind: 'sending' }
    case 'verifying':
      return { kind: 'verifying', bytesVerified: event.bytesVerified, ...stored }
    case 'interrupted':
    case 'failed':
      return { ...event, ...stored }
    case 'finished':
      return { ...event, kind: 'done' }
    case 'paused':
      return { kind: 'paused', ...stored }
    case 'released':
      return { kind: 'waiting', ...stored }
  }
}

function storedSoFar(status: UploadStatus): { readonly bytesStored?: number } {
  return 'bytesStored' in status && status.bytesStored !== undefined ? { bytesStored: status.bytesStored } : {}
}
