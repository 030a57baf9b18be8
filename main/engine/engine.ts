import type { SkippedPath, UploadId, UploadSnapshot } from '../contract.ts'
import type { ConflictPolicy, ResumeStore } from './resume-store.ts'

export type EngineOptions = {
  /** Connections to each receiver; a large file is spread over all of them. @default 4 */
  readonly connections?: number
  /** Files on their way at once. @default 4 */
  readonly filesAtOnce?: number
}

export type EngineDeps = {
  readonly resumeStore: ResumeStore
  /** Turns a receiver's name into `host:port`; undefined while it has none (for example, the local receiver is off). @default the name itself */
  readonly addressOf?: (receiver: string) => string | undefined
  readonly options?: EngineOptions
}

export type AddOptions = {
  readonly receiver: string
  /** Folder below the receiving folder, one element for each component. @default the receiving folder itself */
  readonly into?: readonly string[]
  /** What the receiver does when the name is taken. @default 'keep-both' */
  readonly onConflict?: ConflictPolicy
}

export type QueueChange = { readonly changed: readonly UploadSnapshot[]; readonly removed: readonly UploadId[] }

/** The upload engine, the same for the desktop app, the terminal, the tests and the bench. Ids that are unknown or not in a fitting state are passed over. */
export interface Engine {
  /** Queues files, folders and empty folders. What cannot be queued is named in `skipped`, with a sentence. */
  add(
    paths: readonly string[],
    options: AddOptions,
  ): Promise<{ ids: readonly UploadId[]; skipped: readonly SkippedPath[] }>
  pause(ids: readonly UploadId[]): void
  resume(ids: readonly UploadId[]): void
  retry(ids: readonly UploadId[]): void
  cancel(ids: readonly UploadId[]): void
  clear(ids: readonly UploadId[]): void
  move(ids: readonly UploadId[], before: UploadId | undefined): void
  /** Every upload, in queue order, from memory. */
  list(): readonly UploadSnapshot[]
  /** The absolute path an upload reads from. */
  sourceOf(id: UploadId): string | undefined
  /** Tells what changed, at most ten times a second, ends of uploads at once. Returns how to stop. */
  onChange(listener: (change: QueueChange) => void): () => void
  /** Tries everything that waits for a retry now: the network or a receiver came back. */
  wake(): void
  /** Stops all transfers, keeps everything resumable, closes connections. */
  close(): Promise<void>
}

/** Opens the engine with the uploads of the last run, which go on by themselves. */
export declare function createEngine(deps: EngineDeps): Promise<Engine>
