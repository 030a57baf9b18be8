import { toReceiveError } from '../base/errors.ts'
import { Sweeper } from '../base/sweeper.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import type { Ledger, UploadRecord } from '../ledger/ledger.ts'
import { settlePublication } from '../sessions/finish.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { ChunkStore } from '../store/chunk-store.ts'

/**
 * An upload that nobody goes on with is kept for so long when nothing else is asked for, ms: a laptop that is closed
 * over night goes on.
 */
export const EXPIRE_AFTER_MS = 86_400_000

/** How often abandoned uploads are looked for, ms. */
export const SWEEP_EVERY_MS = 60_000
/**
 * After the start and after a jump of the clock nothing is deleted for so long, ms: senders that were held up come back
 * first.
 */
const GRACE_MS = 600_000
/** A clock that moved by more than this between two looks was set, or the machine slept, ms. */
const JUMP_MS = 3_600_000

/** What expiry works with. */
export type ExpiryDeps = {
  readonly sessions: Sessions
  readonly ledger: Ledger
  readonly store: ChunkStore
  readonly expireAfterMs: number
  /** Asked before each look; false when another receiver has looked just now. */
  readonly mayLook: () => Promise<boolean>
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onUnexpected: OnUnexpected
}

/**
 * Deletes unfinished uploads that nobody has begun again or sent a byte of for too long, and parts that no upload
 * knows. An upload that somebody is using, be it a silent stream or a verification, is never touched.
 */
export class Expiry extends Sweeper {
  readonly #deps: ExpiryDeps
  readonly #startedAtMs: number
  #quietSinceMs: number
  #sweptAtMs: number
  #closed = false

  constructor(deps: ExpiryDeps) {
    super(SWEEP_EVERY_MS, deps.onUnexpected)
    this.#deps = deps
    this.#startedAtMs = deps.now()
    this.#quietSinceMs = this.#startedAtMs
    this.#sweptAtMs = this.#startedAtMs
  }

  override async close(): Promise<void> {
    this.#closed = true
    await super.close()
  }

  protected override async look(): Promise<void> {
    const { ledger, store } = this.#deps
    if (!this.#isClockSteady() || !(await this.#deps.mayLook())) return
    for await (const record of ledger.uploads.unfinished()) {
      if (this.#closed) return
      if (await this.#isAbandoned(record)) await this.#forget(record.fileId)
    }
    for await (const fileId of store.listParts()) {
      if (this.#closed) return
      await this.#discardOrphan(fileId)
    }
  }

  #isClockSteady(): boolean {
    const nowMs = this.#deps.now()
    if (Math.abs(nowMs - this.#sweptAtMs) > JUMP_MS) this.#quietSinceMs = nowMs
    this.#sweptAtMs = nowMs
    return nowMs - this.#quietSinceMs >= GRACE_MS
  }

  /** True when the last time somebody asked for the upload, or sent a byte of it, is too long ago. */
  async #isAbandoned({ fileId, begunAtMs }: UploadRecord): Promise<boolean> {
    // Asked last, because a store may take long to answer, and it is rarely needed.
    if (begunAtMs !== undefined && !this.#isOver(begunAtMs)) return false
    const changedAtMs = await this.#deps.store.partChangedAtMs(fileId)
    const knownAtMs = Math.max(begunAtMs ?? 0, changedAtMs ?? 0)
    return this.#isOver(knownAtMs === 0 ? this.#startedAtMs : knownAtMs)
  }

  #isOver(activeAtMs: number): boolean {
    return this.#deps.now() - activeAtMs > this.#deps.expireAfterMs
  }

  async #forget(fileId: string): Promise<void> {
    try {
      await this.#deps.sessions.ifIdle(fileId, async (session, isAlone) => {
        // A sender may have come and gone since the look.
        if (session.finished || !(await this.#isAbandoned(session.record))) return
        const settled = await settlePublication(this.#deps, session.record)
        // Nothing is awaited from here until the upload is gone, so no sender can begin it in between.
        if (settled?.state.kind === 'receiving' && isAlone()) await session.abort()
      })
    } catch (error) {
      // Busy, closing, or a disk that does not answer: a later look tries again.
      if (toReceiveError(error).code === 'INTERNAL') throw error
    }
  }

  /** Deletes a part that no unfinished upload has, as a crash or a ledger that lost a record leave it. */
  async #discardOrphan(fileId: string): Promise<void> {
    const { ledger, store } = this.#deps
    const isUnfinished = async () => {
      const record = await ledger.uploads.find(fileId)
      return record !== undefined && record.state.kind !== 'finished'
    }
    if (await isUnfinished()) return
    const changedAtMs = await store.partChangedAtMs(fileId)
    if (changedAtMs === undefined || !this.#isOver(changedAtMs)) return
    // It may have been begun since.
    if (!(await isUnfinished())) await store.discardPart(fileId)
  }
}
