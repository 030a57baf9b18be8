import type { Digest } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import type { FairQueue } from '../base/fair-queue.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { isFinished, type Ledger, type UploadRecord } from '../ledger/ledger.ts'
import { type FinishedFile, mustBeFinished } from '../sessions/finish.ts'
import { BootMark } from '../state-folder/boot-mark.ts'
import type { Appeared, PreparedFile, SmallWish, StagedSmallFileStore } from '../store/staged-small-files.ts'
import { Journal, type JournalEntry, type Volume } from './journal.ts'
import { SenderBatches } from './sender-batches.ts'

/**
 * The journal is emptied when so much is in it, bytes: what a start after a crash has to look through is twice this at
 * most.
 */
const EMPTY_AFTER_BYTES = 32 * 1024 ** 2
/** Nothing stays in the journal for longer than this before it is emptied, ms. */
const EMPTY_AFTER_MS = 5000

/** To store a small file takes about as long as to store so many bytes of a large one, whatever is in it. */
const FILE_BYTES = 512 * 1024

export type StagedSmallFilesDeps = {
  readonly ledger: Ledger
  readonly store: StagedSmallFileStore
  readonly fairQueue: FairQueue
  readonly onFinished: (file: FinishedFile) => void
  readonly onUnexpected: OnUnexpected
}

/** A new upload of a small file. */
export type NewSmallFile = {
  readonly record: UploadRecord & SmallWish
  readonly data: Buffer
  /** Of the data. */
  readonly digest: Digest
  /** For whom the fair queue stores it; see `senderOf`. */
  readonly sender: string
  /** Throws the ReceiveError with which its device may not store it any more. */
  readonly mustBeAllowed: () => void
}

/**
 * Takes small files from nothing to finished. Each is written beside its final name and appended to the journal with
 * all of its bytes; when the journal is synced, which many share, it gets its name and is finished. Its own sync
 * follows later, together with all others of the last seconds. A crash or a power cut in between leaves the journal,
 * from which {@link StagedSmallFiles.open} completes what was answered.
 */
export class StagedSmallFiles {
  readonly #deps: StagedSmallFilesDeps
  readonly #journal: Journal
  readonly #batches: SenderBatches
  /** Files whose names a power cut would take, but for the journal. */
  #unsynced: Appeared[] = []
  #timer: NodeJS.Timeout | undefined
  #emptying: Promise<void> | undefined
  /**
   * The journal could not be written or emptied, and is left for the next start. Files go the slower way from then on,
   * which tells their senders why.
   */
  #failed: boolean
  readonly #underWay = new Set<Promise<unknown>>()
  #closing = false

  /**
   * Opens the journal in a folder of the receiver's own, completes the small files that a crash left in it, and empties
   * it. One that cannot be completed is reported, and keeps the journal from being emptied.
   */
  static async open(folder: string, deps: StagedSmallFilesDeps): Promise<StagedSmallFiles> {
    const journal = await Journal.open(folder)
    const boot = await BootMark.open(folder)
    let isWhole = true
    for await (const entry of journal.entries(deps.onUnexpected)) {
      try {
        await restore(deps, entry, boot.isSame)
      } catch (error) {
        isWhole = false
        deps.onUnexpected(error)
      }
    }
    if (isWhole) {
      await journal.clear()
      await deps.store.clear()
      await boot.write()
    }
    return new StagedSmallFiles(deps, journal, !isWhole)
  }

  private constructor(deps: StagedSmallFilesDeps, journal: Journal, failed: boolean) {
    this.#deps = deps
    this.#journal = journal
    this.#batches = new SenderBatches(deps.fairQueue)
    this.#failed = failed
  }

  /**
   * Stores a new file; undefined when it has to go the way of every upload, of which it has left no trace then: its
   * name is taken, or the journal cannot be written.
   *
   * @throws ReceiveError DRAINING when the receiver is closing, and what `mustBeAllowed`, the store and the ledger
   * throw.
   */
  async put(file: NewSmallFile): Promise<FinishedFile | undefined> {
    if (this.#closing) throw new ReceiveError('DRAINING', 'The receiver is closing; go on when it is back.')
    if (this.#failed) return undefined
    const putting = this.#put(file)
    this.#underWay.add(putting)
    try {
      return await putting
    } finally {
      this.#underWay.delete(putting)
    }
  }

  /** Waits for what is under way and empties the journal. */
  async close(): Promise<void> {
    this.#closing = true
    await Promise.allSettled(this.#underWay)
    clearTimeout(this.#timer)
    await this.#emptying
    if (!this.#failed && this.#journal.bytes > 0) await this.#empty()
    await this.#journal.close()
    await this.#deps.store.close()
  }

  #put({ record, data, digest, sender, mustBeAllowed }: NewSmallFile): Promise<FinishedFile | undefined> {
    return this.#batches.store(sender, {
      costBytes: FILE_BYTES + data.length,
      prepare: () => this.#deps.store.prepare(record.fileId, record, data),
      finish: async (prepared) => {
        if (prepared === undefined) return undefined
        try {
          // What is in the journal is going to be a file, whatever happens.
          mustBeAllowed()
          const volume = await this.#append(record, prepared, data, digest)
          try {
            return volume && (await this.#publish(record, prepared, digest))
          } finally {
            volume?.settled()
          }
        } finally {
          await prepared.close()
        }
      },
    })
  }

  async #append(
    record: UploadRecord,
    { intent }: PreparedFile,
    data: Buffer,
    digest: Digest,
  ): Promise<Volume | undefined> {
    try {
      const announced: UploadRecord = { ...record, state: { kind: 'publishing', ...intent, digest } }
      return await this.#journal.append({ record: announced, data })
    } catch (error) {
      if (!this.#failed) this.#deps.onUnexpected(error)
      this.#failed = true
      return undefined
    }
  }

  async #publish(
    record: UploadRecord,
    { intent, appear }: PreparedFile,
    digest: Digest,
  ): Promise<FinishedFile | undefined> {
    if (!(await appear())) return undefined
    this.#unsynced.push({ fileId: record.fileId, storedAs: intent.storedAs })
    const finished: UploadRecord = { ...record, state: { kind: 'finished', ...intent, digest } }
    // The journal survives a power cut, and says the same.
    await this.#deps.ledger.uploads.save(finished)
    this.#emptySoon()
    const file = mustBeFinished(finished)
    this.#deps.onFinished(file)
    return file
  }

  #emptySoon(): void {
    if (this.#emptying !== undefined) return
    if (this.#journal.bytes >= EMPTY_AFTER_BYTES) this.#emptyUnattended()
    else this.#timer ??= setTimeout(() => this.#emptyUnattended(), EMPTY_AFTER_MS)
  }

  #emptyUnattended(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#emptying ??= this.#empty()
      .catch((error: unknown) => {
        // What it holds is looked through at the next start.
        this.#failed = true
        this.#deps.onUnexpected(error)
      })
      .finally(() => {
        this.#emptying = undefined
        if (this.#unsynced.length > 0 && !this.#failed) this.#emptySoon()
      })
  }

  async #empty(): Promise<void> {
    const { ledger, store } = this.#deps
    let synced: readonly Appeared[] = []
    await this.#journal.swap(async () => {
      synced = this.#unsynced
      this.#unsynced = []
      await store.sync(synced)
      await ledger.flush()
    })
    await store.forget(synced)
  }
}

async function restore(
  { ledger, store }: StagedSmallFilesDeps,
  entry: JournalEntry,
  isSameBoot: boolean,
): Promise<void> {
  const { record, data } = entry
  const { state, modifiedAtMs, origin } = record
  if (state.kind !== 'publishing' || modifiedAtMs === undefined || origin.kind !== 'begun') return
  const known = await ledger.uploads.findByKey(origin.uploadKey, record.owner)
  // It went the way of every upload in the end, under another id.
  if (known !== undefined && known.fileId !== record.fileId) return
  const { storedAs, digest, fileIdentity } = state
  const wasFinished = isFinished(known)
  const intent = { storedAs, fileIdentity }
  await store.restore(record.fileId, { intent, modifiedAtMs, data, wasFinished, isSameBoot }, async () => {
    // What the ledger knows the log says already.
    if (wasFinished) await ledger.flush()
    else await ledger.uploads.save({ ...record, state: { kind: 'finished', storedAs, digest } }, { durable: true })
  })
}
