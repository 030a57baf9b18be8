import type { Digest } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import type { CheckedChunk } from '../bytes/checked-chunk.ts'
import type { PrefixDigest } from '../bytes/prefix-digest.ts'
import { listed, type RangeSet, withRange } from '../bytes/range-set.ts'
import { type ChunkRecord, type UploadRecord, verifiedBy } from '../ledger/ledger.ts'
import type { Lease } from '../storage/leases.ts'
import type { Storage } from '../storage/storage.ts'
import { beginAnew } from './begin-anew.ts'
import { type FinishedFile, finishedFileOf, mustBeFinished } from './finish.ts'
import type { Losses } from './losses.ts'
import { mustBeOfKind, mustExpectTheSame, type Phase } from './phase.ts'
import { publishReceived } from './publish-received.ts'
import { ReceivedBytes } from './received-bytes.ts'
import type { Reloaded } from './reload-stored.ts'
import { type Renewal, renewed } from './renewal.ts'
import { Streams } from './streams.ts'
import { tellWaiting, type Waiting } from './waiting.ts'

/** What a session works with. */
export type SessionDeps = Storage & {
  readonly onFinished: (file: FinishedFile) => void
}

/** A stream that was open for longer than this tells that its sender is there, ms. */
const STAYED_MS = 10_000

/**
 * What is told of other content under the same id; its holder takes a share of the disk for it, see
 * `Permissions.holder`.
 */
type NewContent = Pick<UploadRecord, 'path' | 'sizeBytes'> & { readonly holder: string }

/**
 * One upload while somebody is busy with it. There is never more than one session of an upload, so what it knows is
 * what is true.
 */
export class Session {
  readonly #deps: SessionDeps
  readonly #losses: Losses
  readonly #lease: Lease
  #bytes: ReceivedBytes
  readonly #streams = new Streams()
  readonly #waiting = new Set<Waiting>()
  #record: UploadRecord
  #phase: Phase
  #restarting: Promise<void> | undefined
  #closing = false

  /**
   * @param lease without it nothing is stored or published; whoever took it gives it back.
   * @param losses shared by all sessions of the process, because a session ends with the streams that a loss sends off.
   * @param digest goes on from the session before; undefined when the whole file is to be read again at the end.
   */
  constructor(
    deps: SessionDeps,
    lease: Lease,
    losses: Losses,
    record: UploadRecord,
    reloaded: Reloaded,
    digest: PrefixDigest | undefined,
  ) {
    this.#deps = deps
    this.#lease = lease
    this.#losses = losses
    this.#record = record
    this.#bytes = this.#bytesFrom(reloaded, digest)
    const file = finishedFileOf(record)
    this.#phase = file ? { kind: 'finished', file } : { kind: 'receiving' }
  }

  get record(): UploadRecord {
    return this.#record
  }

  /** What is stored, merged and ascending. */
  get stored(): RangeSet {
    return this.finished ? withRange([], { start: 0, end: this.#record.sizeBytes }) : this.#bytes.stored
  }

  /** What is not stored yet, ascending. */
  get missing(): RangeSet {
    return this.finished ? [] : this.#bytes.missing
  }

  /** What the next session goes on from, when this one is closed; undefined when there is nothing to go on with. */
  get digest(): PrefixDigest | undefined {
    return this.#phase.kind === 'receiving' ? this.#bytes.digest : undefined
  }

  /** Neither finished nor cancelled. */
  get isOpen(): boolean {
    return this.#phase.kind !== 'finished' && this.#phase.kind !== 'aborted'
  }

  get finished(): FinishedFile | undefined {
    return this.#phase.kind === 'finished' ? this.#phase.file : undefined
  }

  /** Every byte before this offset survives a power cut. */
  get durableWatermark(): number {
    return this.finished ? this.#record.sizeBytes : this.#bytes.durableWatermark
  }

  /** Opens an unfinished upload again, with what may have changed; the streams of before are sent off at once. */
  async renew(renewal: Renewal): Promise<void> {
    if (this.#phase.kind === 'aborted')
      throw new ReceiveError('UNKNOWN_UPLOAD', 'The upload was cancelled; begin it again.')
    if (this.#phase.kind === 'finished') return
    this.#losses.mustBeTrusted(this.#record.fileId)
    this.#record = renewed(this.#record, renewal, this.#phase.kind === 'finishing')
    this.#bytes.verifyBy(verifiedBy(this.#record))
    this.dismiss(
      new ReceiveError('PREEMPTED', 'The sender opened this upload again; this stream is no longer its own.'),
    )
    if (this.#phase.kind === 'receiving') await this.#deps.ledger.uploads.save(this.#record)
  }

  /** Gives an unfinished upload another final name. */
  async rename(path: UploadRecord['path']): Promise<void> {
    if (this.#phase.kind !== 'receiving') return
    this.#record = { ...this.#record, path }
    await this.#deps.ledger.uploads.save(this.#record)
  }

  /** Remembers that somebody was busy with the upload until now, also for other receivers, when that was for long. */
  async stay(nowMs: number): Promise<void> {
    if (this.#phase.kind !== 'receiving' || nowMs - (this.#record.begunAtMs ?? 0) < STAYED_MS) return
    this.#record = { ...this.#record, begunAtMs: nowMs }
    await this.#deps.ledger.uploads.save(this.#record).catch(() => 'the upload is known all the same')
  }

  /** Makes an unfinished upload go by another key, for a sender that claimed it; its old key names nothing any more. */
  async goBy(uploadKey: string, begunAtMs: number): Promise<void> {
    this.#mustReceive(this.#record.generation)
    this.#record = await this.#deps.ledger.uploads.rekey({ ...this.#record, begunAtMs }, uploadKey)
  }

  /**
   * Takes other content under the same id: makes a finished upload an empty one again, and what was published stays as
   * it is; or forgets what is stored of an unfinished one but `kept`, which is in it.
   *
   * @param kept undefined for a finished upload
   * @throws ReceiveError NOT_OPEN for one that is to be unfinished and is not, and what the storage throws.
   */
  async restart(changes: NewContent, kept?: readonly ChunkRecord[]): Promise<void> {
    if (kept !== undefined) this.#mustReceive(this.#record.generation)
    else if (this.#phase.kind !== 'finished') return
    this.#restarting ??= this.#restartOnce(changes, kept).finally(() => {
      this.#restarting = undefined
    })
    await this.#restarting
  }

  /** A stream begins to serve the upload. Answers the way to leave. `sendOff` is called when the stream must end. */
  join(generation: number, sendOff: (error: ReceiveError) => void): () => void {
    this.#mustReceive(generation)
    return this.#streams.join(sendOff)
  }

  /**
   * Stores what is not stored yet of a chunk. When it resolves, the chunk survives a crash of the receiver.
   *
   * @throws ReceiveError PARAMS_CHANGED when other bytes are stored there, NOT_OPEN, PREEMPTED, PAST_END, or what the
   * storage throws.
   */
  async store(chunk: CheckedChunk, generation: number): Promise<'STORED' | 'DUPLICATE'> {
    if (this.#restarting !== undefined) await this.#restarting
    return this.#bytes.add(chunk, () => this.#mustReceive(generation))
  }

  /**
   * Verifies and publishes the file. Idempotent: whoever asks while it runs, or later, gets the same result.
   *
   * @param expected the sender's digest; undefined when it did not say.
   * @param waiting nothing is published when everybody who waits was revoked meanwhile.
   * @throws ReceiveError MISSING_RANGES, PREEMPTED, PARAMS_CHANGED, BAD_HASH_FORMAT, FINAL_CHECKSUM, STORAGE_LOST_DATA,
   * TARGET_EXISTS, and what `waiting` throws.
   */
  async finish(expected: Digest | undefined, generation: number, waiting: Waiting): Promise<FinishedFile> {
    const phase = this.#phase
    mustExpectTheSame(phase, expected)
    if (phase.kind === 'finished') return phase.file
    this.#waiting.add(waiting)
    try {
      return await (phase.kind === 'finishing' ? phase.result : this.#beginFinish(expected, generation, waiting))
    } finally {
      this.#waiting.delete(waiting)
    }
  }

  /** Forgets an unfinished upload and its bytes, not a finished file. One that is being finished is waited for. */
  async abort(): Promise<void> {
    if (this.#phase.kind === 'finishing') await this.#phase.result.catch(() => 'told to whoever asked to finish')
    if (this.#phase.kind !== 'receiving') return
    this.#lease.mustHold()
    this.#phase = { kind: 'aborted' }
    this.dismiss(new ReceiveError('NOT_OPEN', 'The upload was cancelled.'))
    await this.#bytes.idle()
    await this.#bytes.discard()
    await this.#deps.ledger.uploads.forget(this.#record)
    this.#deps.space.release(this.#record.fileId)
  }

  /** Sends every stream off, for example because the receiver is closing. */
  dismiss(error: ReceiveError): void {
    this.#streams.dismiss(error)
  }

  /** Waits for chunks that are being stored, stops reading a file again, and lets go of the open file. */
  async close(): Promise<void> {
    this.#closing = true
    if (this.#phase.kind === 'finishing') await this.#phase.result.catch(() => 'told to whoever asked to finish')
    await this.#bytes.idle()
    await this.#bytes.close()
  }

  async #restartOnce({ holder, ...changes }: NewContent, kept?: readonly ChunkRecord[]): Promise<void> {
    const record: UploadRecord = { ...this.#record, ...changes, state: { kind: 'receiving' } }
    const stored = await beginAnew(this.#deps, record, holder, this.#bytes, kept)
    this.#record = record
    this.#bytes = this.#bytesFrom({ stored, durable: [] }, undefined)
    this.#phase = { kind: 'receiving' }
  }

  /** When the disk loses bytes, every stream of the upload has to learn what is left. */
  #bytesFrom(reloaded: Reloaded, digest: PrefixDigest | undefined): ReceivedBytes {
    return new ReceivedBytes(this.#deps, this.#losses, this.#record, reloaded, digest, (error) => this.dismiss(error))
  }

  #beginFinish(expected: Digest | undefined, generation: number, { sender }: Waiting): Promise<FinishedFile> {
    this.#mustReceive(generation)
    if (expected !== undefined) mustBeOfKind(expected, verifiedBy(this.#record))
    const result = this.#finishOnce(expected, sender)
    this.#phase = { kind: 'finishing', expected, result }
    return result
  }

  async #finishOnce(expected: Digest | undefined, sender: string): Promise<FinishedFile> {
    try {
      await this.#bytes.idle()
      const { missing } = this.#bytes
      if (missing.length > 0) throw new ReceiveError('MISSING_RANGES', `Bytes are missing: ${listed(missing)}.`)
      this.#record = await this.#publish(expected, sender)
      const file = mustBeFinished(this.#record)
      this.#phase = { kind: 'finished', file }
      this.#deps.space.release(this.#record.fileId)
      this.#deps.onFinished(file)
      return file
    } catch (error) {
      this.#phase = { kind: 'receiving' }
      throw error
    }
  }

  #publish(expected: Digest | undefined, sender: string): Promise<UploadRecord> {
    return publishReceived(this.#deps, this.#record, this.#bytes, { expected, sender }, (verifiedBytes) => {
      // Reading a large file to its end would hold up a closing receiver; its sender finishes it later.
      if (this.#closing) throw new ReceiveError('DRAINING', 'The receiver is closing; finish when it is back.')
      this.#lease.mustHold()
      tellWaiting(this.#waiting, this.#record, verifiedBytes)
    })
  }

  #mustReceive(generation: number): void {
    if (this.#phase.kind !== 'receiving')
      throw new ReceiveError('NOT_OPEN', `The upload takes no chunks: it is ${this.#phase.kind}.`)
    this.#lease.mustHold()
    this.#losses.mustBeTrusted(this.#record.fileId)
    const { generation: now } = this.#record
    if (generation !== now)
      throw new ReceiveError('PREEMPTED', `Generation ${generation} is over; the upload is at ${now}.`)
  }
}
