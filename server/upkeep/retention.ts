import { Sweeper } from '../base/sweeper.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import type { ChunkStore } from '../store/chunk-store.ts'
import { ReceivedLog, readReceivedLog, receivedLogOf } from './received-log.ts'

/** What retention works with. */
export type RetentionDeps = {
  /** The folder that has the log of what was received. */
  readonly directory: string
  readonly store: Pick<ChunkStore, 'removePublished'>
  /** The bucket that the store is, as the log names it; undefined for a folder. */
  readonly bucket: string | undefined
  /** A file is deleted so long after it was stored, ms. */
  readonly keepForMs: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onUnexpected: OnUnexpected
}

/** How often it is looked for files that are old enough, ms. */
const SWEEP_EVERY_MS = 3_600_000

/**
 * Deletes files some time after they were stored, if they are still what was stored: a file that was changed or
 * replaced belongs to whoever did that. A clock that was set forward must not delete everything at once. So a file goes
 * only when it was old enough an hour before, too, by a monotonic clock.
 */
export class Retention extends Sweeper {
  readonly #deps: RetentionDeps
  /** The files that were old enough at the last look. */
  #due = new Set<string>()

  constructor(deps: RetentionDeps) {
    super(SWEEP_EVERY_MS, deps.onUnexpected)
    this.#deps = deps
  }

  protected override async look(): Promise<void> {
    const { directory } = this.#deps
    const before = this.#due
    this.#due = new Set()
    const log = await ReceivedLog.open(receivedLogOf(directory))
    try {
      await this.#removeOld(log, before)
      await log.sync()
    } finally {
      await log.close()
    }
  }

  async #removeOld(log: ReceivedLog, before: ReadonlySet<string>): Promise<void> {
    const { directory, store, bucket, keepForMs, now, onUnexpected } = this.#deps
    const readAtMs = Date.now()
    for (const { path, size, digest, finishedAt, bucket: wentTo } of (
      await readReceivedLog(receivedLogOf(directory), onUnexpected)
    ).values()) {
      const storedAtMs = Date.parse(finishedAt)
      if (wentTo !== bucket || !(now() - storedAtMs > keepForMs)) continue
      const name = `${path} ${finishedAt}`
      if (!before.has(name)) {
        this.#due.add(name)
        continue
      }
      // A file that a person has changed belongs to that person from then on, and is not looked at again.
      await store.removePublished(path.split('/'), { sizeBytes: size, digest, storedAtMs, readAtMs }, () =>
        log.write({ path, removedAt: new Date(now()).toISOString() }),
      )
    }
  }
}
