import type { DigestKind } from '../../proto/digests.ts'
import { type Bottleneck, LEAST_BYTES_PER_SECOND, type UploadId, type UploadSnapshot } from '../contract/contract.ts'
import { createAttempts } from './attempts.ts'
import type { CheckedNames, NameToCheck } from './net/check-names.ts'
import { plaintextRoute, type Route } from './net/route.ts'
import type { QueueChange, Warning } from './queue/entries.ts'
import type { ToQueue } from './queue/new-records.ts'
import { createQueue, type QueueOptions } from './queue/queue.ts'
import { smallFilesBeside } from './send/small-files.ts'
import { createHashPool } from './source/hash-pool.ts'
import type { ResumeStore } from './source/resume-store.ts'
import type { OwnState } from './source/state-folders.ts'
import { type FindOptions, type Found, find } from './source/walk.ts'

export type { ConflictPolicy } from '../contract/contract.ts'
export type { CheckedName, CheckedNames, NameToCheck } from './net/check-names.ts'
export type { Route, Security } from './net/route.ts'
export type { Warning } from './queue/entries.ts'
export type { BegunBefore, ToQueue } from './queue/new-records.ts'
export type { QueueOptions } from './queue/queue.ts'
export {
  isBatchItem,
  isIdentity,
  isSavedHashing,
  isUploadKey,
  type ResumeRecord,
  type ResumeStore,
} from './source/resume-store.ts'
export { newBatchId } from './source/sent-together.ts'
export { isSameFile } from './source/source.ts'
export { SENDER_MARK } from './source/state-shapes.ts'
export type { FindOptions, Found, Skipped, WalkedEntry } from './source/walk.ts'

export type EngineOptions = {
  /** Connections to each receiver; a large file is spread over all of them. @default 4 */
  readonly connections?: number
  /**
   * Files on their way at once, small ones aside: those go together, up to 64 more, to receivers that take them so. One
   * at a time is one at a time, small or not, in the order of the queue. @default 4
   */
  readonly filesAtOnce?: number
  /** Chunk data held in memory at once, bytes, over all uploads. @default 32 MiB */
  readonly bufferBytes?: number
  /**
   * A file up to this length is hashed again from its first byte when it goes on in another run, bytes. What need not
   * outlive the process is hashed faster. @default 2 GiB
   */
  readonly hashedAgainBytes?: number
  /**
   * What files are verified by, where the receiver knows it; else by MD5, which is warned of. @default what each
   * receiver wants, which is MD5 unless somebody chose another one there
   */
  readonly digest?: DigestKind
  /**
   * How long to try a receiver that has not answered once since the engine opened, ms; then its uploads fail with
   * UNREACHABLE. One that has answered is never given up. @default for ever
   */
  readonly unreachableGraceMs?: number
}

export type EngineDeps = {
  readonly resumeStore: ResumeStore
  /**
   * The way to a receiver, asked for at each attempt, so that it may change at any time; undefined while there is none
   * (the local receiver is off).
   * @default the receiver's name is its address, and nothing is encrypted
   */
  readonly routeTo?: (receiver: string) => Route | undefined
  /**
   * Hears that the certificate that was pinned for a receiver vouches for another one, which is pinned from now on; for
   * whoever keeps the route.
   * @default nobody does
   */
  readonly onSuccession?: (receiver: string, certificatePem: string) => void
  /** Where the program keeps state of its own, which is never sent. @default nowhere */
  readonly ownState?: readonly OwnState[]
  /** Hears what the person should know, each time it is so. @default nobody does */
  readonly warn?: (warning: Warning) => void
  /** The built hash-worker.ts. @default none, and everything is hashed in this thread */
  readonly hashWorker?: URL
  readonly options?: EngineOptions
}

/** What changed since the last time, and what limits the rate now, as far as it can be told. */
export type EngineChange = QueueChange & { readonly bottleneck?: Bottleneck }

/**
 * The upload engine, the same for the desktop app, the terminal, the tests and the bench. Ids that are unknown or not
 * in a fitting state are passed over.
 */
export interface Engine {
  /**
   * Looks for files and empty folders to send, and queues nothing. Answers that nothing was found when it is aborted.
   */
  find(paths: readonly string[], options: FindOptions, signal?: AbortSignal): Promise<Found>
  /** Queues what was found, or as much of it as is wanted, behind everything else. Answers its ids, in this order. */
  queue(entries: readonly ToQueue[], options: QueueOptions): Promise<readonly UploadId[]>
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
  /**
   * Free bytes on a receiver that no unfinished upload has claimed; undefined when it cannot be asked, or does not
   * tell. Never rejects.
   */
  freeBytesOn(receiver: string): Promise<number | undefined>
  /**
   * What would become of names on a receiver; undefined when it cannot be asked, or does not know the question. Never
   * rejects.
   */
  checkNames(receiver: string, names: readonly NameToCheck[]): Promise<CheckedNames | undefined>
  /** Tells what changed, at most ten times a second, more than 10,000 changes in pieces. Returns how to stop. */
  onChange(listener: (change: EngineChange) => void): () => void
  /**
   * Limits the rate at which file content is sent, from now on, bytes per second; undefined for no limit. Without a
   * receiver the limit is for everything together; with one, for what goes there, besides.
   *
   * @throws RangeError below {@link LEAST_BYTES_PER_SECOND}.
   */
  limitRate(bytesPerSecond: number | undefined, receiver?: string): void
  /**
   * Files on their way at once, from now on, as {@link EngineOptions.filesAtOnce}. Those that are under way already
   * come to their end.
   *
   * @throws RangeError unless it is a whole number from 1 up.
   */
  setFilesAtOnce(count: number): void
  /** What files are verified by that are begun from now on, as {@link EngineOptions.digest}; undefined for none. */
  setDigest(digest: DigestKind | undefined): void
  /** The computer is about to sleep: saves, stops all transfers and lets go of connections, until `wake`. */
  sleep(): void
  /** Tries everything that waits for a retry now: the computer woke up, the network or a receiver came back. */
  wake(): void
  /** Stops all transfers, keeps everything resumable, closes connections. */
  close(): Promise<void>
}

const HASHED_AGAIN_BYTES = 2 * 1024 ** 3

/** Opens the engine with the uploads of the last run, which go on by themselves. */
export async function createEngine({
  resumeStore,
  routeTo = plaintextRoute,
  onSuccession = () => undefined,
  warn = () => undefined,
  hashWorker,
  ownState = [],
  options: {
    connections = 4,
    filesAtOnce = 4,
    bufferBytes = 32 * 1024 * 1024,
    hashedAgainBytes = HASHED_AGAIN_BYTES,
    digest,
    unreachableGraceMs,
  } = {},
}: EngineDeps): Promise<Engine> {
  requireWhole('connections', connections)
  requireWhole('filesAtOnce', filesAtOnce)
  requireWhole('bufferBytes', bufferBytes)
  let atOnce = filesAtOnce
  let verifiedBy = digest
  const listeners = new Set<(change: EngineChange) => void>()
  const hashPool = createHashPool(hashWorker)
  const attempts = createAttempts({
    routeTo,
    onSuccession,
    warn,
    connections,
    bufferBytes,
    hashPool,
    hashedAgainBytes,
    digest: () => verifiedBy,
  })
  const queue = createQueue({
    resumeStore,
    attempt: attempts.attempt,
    isSmall: attempts.isSmall,
    forget: attempts.forget,
    publish: (change) => {
      const bottleneck = attempts.bottleneck()
      for (const listener of listeners) listener(bottleneck ? { ...change, bottleneck } : change)
    },
    warn,
    lanes: { any: () => atOnce, small: () => smallFilesBeside(atOnce) },
    unreachableGraceMs,
  })
  await queue.restore()

  return {
    ...queue,
    find: (paths, options, signal) => find(paths, options, ownState, queue.queuedTo(options.receiver), signal),
    queue: queue.add,
    freeBytesOn: attempts.freeBytesOn,
    checkNames: attempts.checkNames,
    setFilesAtOnce(count) {
      requireWhole('filesAtOnce', count)
      atOnce = count
      queue.fill()
    },
    setDigest(kind) {
      verifiedBy = kind
    },
    limitRate(bytesPerSecond, receiver) {
      if (bytesPerSecond !== undefined && !(bytesPerSecond >= LEAST_BYTES_PER_SECOND)) {
        const expected = `Expected a limit of at least ${LEAST_BYTES_PER_SECOND} bytes a second`
        throw new RangeError(`${expected}, got \`${bytesPerSecond}\``)
      }
      attempts.setRate(bytesPerSecond, receiver)
    },
    sleep() {
      queue.sleep()
      attempts.release()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async close() {
      await queue.close()
      await attempts.close()
    },
  }
}

function requireWhole(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1) {
    throw new RangeError(`Expected \`${name}\` to be a whole number from 1 up, got \`${value}\``)
  }
}
