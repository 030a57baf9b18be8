import type { FinishedEvent } from '../base/status.ts'
import type { AttemptReport } from '../send/attempt.ts'
import type { ResumeRecord, ResumeStore } from '../source/resume-store.ts'
import type { QueueChange } from './entries.ts'
import type { Entry } from './entry.ts'
import type { LaneCounts } from './slots.ts'

/** What the person should know; `message` is a sentence in English. */
export type Warning = { readonly message: string } & (
  | { readonly reason: 'LIST_NOT_SAVED'; readonly cause: unknown }
  /** It knows only the first three rpcs. */
  | { readonly reason: 'PLAIN_RECEIVER'; readonly receiver: string }
)

/** What the queue works with. */
export type QueueDeps = {
  readonly resumeStore: ResumeStore
  /** Makes one attempt at one upload. Resolves when it is finished; fails with an UploadError. */
  readonly attempt: (entry: Entry, report: AttemptReport, signal: AbortSignal) => Promise<FinishedEvent>
  /** True for uploads that may be under way beside many others. */
  readonly isSmall: (entry: Entry) => boolean
  /** Tells the receiver that an upload is not wanted any more; never fails. */
  readonly forget: (record: ResumeRecord) => void
  readonly publish: (change: QueueChange) => void
  readonly warn: (warning: Warning) => void
  readonly lanes: LaneCounts
  readonly unreachableGraceMs: number | undefined
}
