import { ReceiveError } from '../base/errors.ts'
import { KeyedMutex } from '../base/keyed-mutex.ts'
import { Shares } from '../base/shares.ts'
import { PrefixDigests } from '../bytes/prefix-digest.ts'
import { endOfPrefix } from '../bytes/range-set.ts'
import { type UploadRecord, verifiedBy } from '../ledger/ledger.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import type { Lease } from '../storage/leases.ts'
import { settlePublication } from './finish.ts'
import { Losses } from './losses.ts'
import { type Reloaded, reloadStored } from './reload-stored.ts'
import { Session, type SessionDeps } from './session.ts'

type Entry = {
  readonly session: Promise<Session>
  loaded: Session | undefined
  lease: Lease | undefined
  users: number
  /** Whose share of the busy uploads it takes; see `Permissions.holder`. */
  readonly holder: string
  /** Resolves when nobody uses it any more and it is closed. */
  readonly gone: Promise<void>
  readonly leave: () => void
}

/** The share of what the receiver does for itself. */
export const UPKEEP = ''

/** Uploads that nobody uses any more, and of which it is remembered since when. */
const MOST_REMEMBERED = 10_000

/** Uploads that somebody is busy with. Memory holds only those, however many the ledger knows. */
export class Sessions {
  /** Held while an upload is begun, claimed or cancelled by its key, so that it cannot be begun twice. */
  readonly keys = new KeyedMutex()
  readonly #deps: SessionDeps
  readonly #now: () => number
  readonly #shares: Shares
  readonly #losses = new Losses()
  readonly #digests: PrefixDigests | undefined
  readonly #entries = new Map<string, Entry>()
  /**
   * Sessions that nobody uses any more and that still make their last bytes durable. The next session of an upload
   * waits for the one before.
   */
  readonly #closings = new Map<string, Promise<unknown>>()
  /** When the last user of an upload left, milliseconds since 1970; the oldest first. */
  readonly #leftAtMs = new Map<string, number>()
  #closing = false

  /**
   * @param limits each busy upload keeps one file open. Who has its share of them busy is told to come back later.
   * Looked at for each, because it may change
   * @param verifyFromDisk whether a file is read from its first byte to its last when it is finished, and not only what
   * was not hashed as it came
   * @param now milliseconds since 1970
   */
  constructor(
    deps: SessionDeps,
    limits: Pick<ReceiverLimits, 'maxBusyUploads'>,
    verifyFromDisk: boolean,
    now: () => number,
  ) {
    this.#deps = deps
    this.#now = now
    this.#digests = verifyFromDisk || deps.store.digestsParts ? undefined : new PrefixDigests(deps.hashing)
    this.#shares = new Shares(() => limits.maxBusyUploads)
    deps.leases.onLost((error) => this.#lose(error))
  }

  /**
   * Runs a task with the session of an upload, which is loaded when nobody else is using it and let go when nobody else
   * still is.
   *
   * @param holder whose share it takes while it is busy; see `Permissions.holder`.
   * @throws HeldElsewhere; ReceiveError UNKNOWN_UPLOAD, BUSY when the holder keeps its share of uploads busy, DRAINING
   * when the receiver is closing; or what the task throws.
   */
  async use<T>(fileId: string, holder: string, task: (session: Session) => Promise<T>): Promise<T> {
    const entry = this.#enter(fileId, holder)
    try {
      return await task(await entry.session)
    } finally {
      await this.#leave(fileId, entry)
    }
  }

  /**
   * Runs a task with the session of an upload that nobody is using; does nothing when somebody is. Others may come
   * while it runs, and `isAlone` tells whether they did. Throws what {@link use} throws.
   */
  async ifIdle(fileId: string, task: (session: Session, isAlone: () => boolean) => Promise<void>): Promise<void> {
    if (this.isBusy(fileId)) return
    const entry = this.#enter(fileId, UPKEEP)
    try {
      await task(await entry.session, () => entry.users === 1)
    } finally {
      await this.#leave(fileId, entry)
    }
  }

  /** True when somebody is using an upload: a stream is open, for example, or it is being verified. */
  isBusy(fileId: string): boolean {
    return this.#entries.has(fileId)
  }

  /** True when somebody is using an upload, or was so lately, ms, as far as it is remembered here. */
  isBusyOrWas(fileId: string, withinMs: number): boolean {
    const leftAtMs = this.#leftAtMs.get(fileId)
    return this.isBusy(fileId) || (leftAtMs !== undefined && this.#now() - leftAtMs < withinMs)
  }

  /** Those that are loaded now. */
  busy(): Session[] {
    return [...this.#entries.values()].flatMap(({ loaded }) => loaded ?? [])
  }

  /** Sends every stream off, takes no new ones, and waits for chunks that are being stored. */
  async close(): Promise<void> {
    this.#closing = true
    for (const { session } of [...this.#entries.values()]) {
      const loaded = await session.catch(() => undefined)
      loaded?.dismiss(new ReceiveError('DRAINING', 'The receiver is closing; go on when it is back.'))
      await loaded?.close()
    }
    await Promise.all(this.#closings.values())
  }

  #enter(fileId: string, holder: string): Entry {
    if (this.#closing) throw new ReceiveError('DRAINING', 'The receiver is closing; go on when it is back.')
    const entry = this.#entries.get(fileId) ?? this.#open(fileId, holder)
    entry.users++
    return entry
  }

  #open(fileId: string, holder: string): Entry {
    if (!this.#shares.take(holder)) {
      const held = this.#shares.heldBy(holder)
      const share = held === 0 ? 'there is no room for another one' : `${held} of them of this sender, its share`
      throw new ReceiveError(
        'BUSY',
        `The receiver is busy with ${this.#shares.inAll} uploads, ${share}; try again later.`,
      )
    }
    let leave = () => {}
    const gone = new Promise<void>((resolve) => {
      leave = resolve
    })
    // A session that cannot be loaded is told to whoever uses it.
    const session = this.#load(fileId, holder, (lease) => {
      entry.lease = lease
    })
    const entry: Entry = { session, loaded: undefined, lease: undefined, users: 0, holder, gone, leave }
    this.#entries.set(fileId, entry)
    this.#deps.space.enter(fileId)
    void session.then(
      (loaded) => {
        entry.loaded = loaded
      },
      () => undefined,
    )
    return entry
  }

  async #leave(fileId: string, entry: Entry): Promise<void> {
    entry.users--
    if (entry.users > 0) return
    this.#remember(fileId)
    this.#forget(fileId, entry)
    this.#closings.set(fileId, entry.gone)
    try {
      await this.#closeSession(fileId, entry)
    } finally {
      entry.leave()
      if (this.#closings.get(fileId) === entry.gone) this.#closings.delete(fileId)
    }
  }

  /** It is not busy any more, as far as others are concerned. */
  #forget(fileId: string, entry: Entry): void {
    if (this.#entries.get(fileId) !== entry) return
    this.#entries.delete(fileId)
    this.#shares.give(entry.holder)
    this.#deps.space.leave(fileId)
  }

  #remember(fileId: string): void {
    this.#leftAtMs.delete(fileId)
    this.#leftAtMs.set(fileId, this.#now())
    const [oldest] = this.#leftAtMs.keys()
    if (this.#leftAtMs.size > MOST_REMEMBERED && oldest !== undefined) this.#leftAtMs.delete(oldest)
  }

  async #closeSession(fileId: string, { session: loading, lease }: Entry): Promise<void> {
    const session = await loading.catch(() => undefined)
    try {
      await session?.stay(this.#now())
      await session?.close()
      if (session !== undefined) await this.#keepDigest(session)
    } finally {
      // Room is reserved by the receiver that is busy with an upload.
      if (this.#deps.leases.areShared) this.#deps.space.release(fileId)
      await lease?.release()
    }
  }

  async #keepDigest({ digest, record }: Session): Promise<void> {
    if (digest === undefined || this.#digests === undefined) return
    const changedAtMs = await this.#deps.store.partChangedAtMs(record.fileId)
    if (changedAtMs !== undefined) this.#digests.keep(record.fileId, digest, changedAtMs)
  }

  /** Other receivers may be busy with all of these by now. */
  #lose(error: ReceiveError): void {
    for (const [fileId, entry] of [...this.#entries]) {
      this.#forget(fileId, entry)
      this.#closings.set(fileId, entry.gone)
      entry.loaded?.dismiss(error)
    }
  }

  async #load(fileId: string, holder: string, onLease: (lease: Lease) => void): Promise<Session> {
    await this.#closings.get(fileId)
    const lease = await this.#deps.leases.take(fileId)
    onLease(lease)
    const found = await this.#deps.ledger.uploads.find(fileId)
    // After an interrupted publication its part may be gone because it has its final name; only when that is known its
    // chunks are looked at.
    const record = found && (await settlePublication(this.#deps, found))
    if (record === undefined)
      throw new ReceiveError('UNKNOWN_UPLOAD', 'The receiver knows no such upload; begin it again.')
    const reloaded = await this.#reloaded(record, holder)
    const changedAtMs = this.#digests && (await this.#deps.store.partChangedAtMs(fileId))
    const digest = this.#digests?.take(fileId, verifiedBy(record), changedAtMs, endOfPrefix(reloaded.stored))
    return new Session(this.#deps, lease, this.#losses, record, reloaded, digest)
  }

  async #reloaded(record: UploadRecord, sender: string): Promise<Reloaded> {
    const { fileId, state } = record
    if (state.kind === 'finished') return { stored: [], durable: [] }
    const reloaded = await reloadStored(this.#deps, record, {
      readAgain: !this.#losses.isUnsettled(fileId),
      sender,
    })
    this.#losses.settle(fileId)
    return reloaded
  }
}
