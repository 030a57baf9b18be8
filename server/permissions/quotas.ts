import { setTimeout as delay } from 'node:timers/promises'
import { ReceiveError } from '../base/errors.ts'
import type { KnownDevice } from '../devices/known-device.ts'
import type { FinishedRecord, Ledger, UploadRecord } from '../ledger/ledger.ts'
import type { ChunkStore } from '../store/chunk-store.ts'
import { QuotaFolder, type RunAlone } from './quota-folder.ts'
import { fileItem, folderItem, isSameItem, type QuotaItem, TOP_KEY } from './quota-item.ts'
import { type KnownDevices, type Limit, QuotaLimits } from './quota-limits.ts'
import { Recount } from './quota-recount.ts'

/** Somebody else may add files to a folder or take them away, so it is measured again after this, ms. */
const MEASURE_EVERY_MS = 600_000
/** Before an upload is refused, a measurement older than this is made anew, ms. */
const REFUSE_AFTER_MS = 2000
/** See {@link Quotas.close}. */
const CLOSE_WITHIN_MS = 1000

/** What is going to be in the receiving folder. */
type Open = {
  readonly item: QuotaItem
  /**
   * The quotas that had room for it, as they were then. Not known for what was reserved by an earlier process, or by
   * another node.
   */
  readonly roomIn: ReadonlyMap<QuotaFolder, number>
}

/** A folder with a quota, and how much it may hold. */
type Governing = { readonly quotaFolder: QuotaFolder; readonly limit: Limit }

/**
 * Keeps every folder that has a quota within it, whoever stores there: see {@link QuotaLimits} for which folders those
 * are and {@link QuotaFolder} for what counts. What is stored in a folder counts in those above it, too.
 */
export class Quotas {
  readonly #store: Pick<ChunkStore, 'heldBelow'>
  readonly #open = new Map<string, Open>()
  readonly #quotaFolders = new Map<string, QuotaFolder>()
  readonly #closing = new AbortController()
  #limits = new QuotaLimits(() => new Map())
  #limitsNow: ReadonlyMap<string, Limit> | undefined
  #measuring: Promise<unknown> = Promise.resolve()
  #recount: { readonly recount: Recount; readonly isShared: boolean } | undefined
  #foldersMade = 0

  constructor(store: Pick<ChunkStore, 'heldBelow'>) {
    this.#store = store
  }

  /** From now on the quotas of these devices count. */
  follow(devices: () => KnownDevices): void {
    this.#limits = new QuotaLimits(devices)
  }

  /** See {@link QuotaLimits.called}. */
  called(device: KnownDevice): void {
    this.#limits.called(device)
  }

  /**
   * Counts the unfinished uploads of a ledger.
   *
   * @param options.isShared whether other receivers use the ledger and the store, too: then both are counted anew
   * before an upload is let in.
   */
  async count(uploads: Pick<Ledger['uploads'], 'unfinished'>, { isShared = false } = {}): Promise<void> {
    const recount = new Recount(uploads, {
      keep: (record) => this.#keep(record),
      drop: (fileId) => this.#endedElsewhere(fileId),
    })
    await recount.run()
    this.#recount = { recount, isShared }
  }

  /** An unfinished upload was saved. */
  saved(record: UploadRecord): void {
    this.#recount?.recount.saved(record.fileId)
    this.#keep(record)
  }

  /** An upload was finished. */
  finished({ fileId, state, sizeBytes }: FinishedRecord): void {
    this.#recount?.recount.forgotten(fileId)
    this.#finished(fileId, fileItem(state.storedAs, sizeBytes))
  }

  /** An upload was forgotten. */
  forgotten({ fileId }: UploadRecord): void {
    this.#recount?.recount.forgotten(fileId)
    this.release(fileId)
  }

  /**
   * Reserves a file the room that it is going to need. Throws ReceiveError QUOTA when a folder that it is going to be
   * in has not that much left.
   */
  reserve(fileId: string, path: readonly string[], sizeBytes: number): Promise<void> {
    return this.#reserve(fileId, fileItem(path, sizeBytes))
  }

  /** Whether a file has its room under the quotas that there are now. */
  isReserved(fileId: string, path: readonly string[], sizeBytes: number): boolean {
    return this.#hasRoom(fileId, fileItem(path, sizeBytes))
  }

  /** The file is not going to be there. */
  release(fileId: string): void {
    this.#set(fileId, undefined)
  }

  /**
   * Makes a folder when there is room for it and those above it that are missing. Throws ReceiveError QUOTA, and what
   * `make` throws.
   */
  async makingFolder<T>(path: readonly string[], make: () => Promise<T>): Promise<T> {
    const item = folderItem(path)
    const id = `folder ${++this.#foldersMade}`
    try {
      await this.#reserve(id, item)
      const made = await make()
      this.#finished(id, item)
      return made
    } finally {
      this.#set(id, undefined)
    }
  }

  /**
   * What is left for files of a device, bytes: of the quotas on its folder and on those above it. Infinite when there
   * is none.
   */
  async leftBytes({ folder = [] }: KnownDevice): Promise<number> {
    const { folders } = folderItem(folder)
    await this.#measured(folders, MEASURE_EVERY_MS)
    const left = this.#governing(folders).map(({ quotaFolder, limit }) => limit.bytes - (quotaFolder.usedBytes ?? 0))
    return Math.max(0, Math.min(Number.POSITIVE_INFINITY, ...left))
  }

  /**
   * Stops measuring; whoever waits for it is told that the receiver is closing. A store that does not answer is not
   * waited for.
   */
  async close(): Promise<void> {
    this.#closing.abort(new ReceiveError('DRAINING', 'The receiver is closing; go on when it is back.'))
    await Promise.race([this.#measuring, delay(CLOSE_WITHIN_MS, undefined, { ref: false })])
  }

  async #reserve(id: string, item: QuotaItem): Promise<void> {
    if (this.#hasRoom(id, item)) return
    const shared = this.#recount?.isShared ? this.#recount.recount : undefined
    for (const maxAgeMs of shared ? [REFUSE_AFTER_MS, 0] : [MEASURE_EVERY_MS, REFUSE_AFTER_MS]) {
      if (this.#governing(item.folders).length > 0) await shared?.run()
      await this.#measured(item.folders, maxAgeMs)
      // Nothing is waited for between the look and the reservation, so two uploads cannot both have the last bytes.
      if (this.#tightest(id, item) === undefined) return this.#keepRoom(id, item)
    }
    const { neededBytes = item.bytes, leftBytes = 0 } = this.#tightest(id, item) ?? {}
    throw new ReceiveError(
      'QUOTA',
      `The quota of this device's folder is used up: ${neededBytes} bytes are needed and ${leftBytes} are left, every file and folder counted in steps of 4096.`,
      { shortage: { neededBytes, leftBytes } },
    )
  }

  #hasRoom(id: string, item: QuotaItem): boolean {
    const open = this.#open.get(id)
    const isRoomy = ({ quotaFolder, limit }: Governing) =>
      (open?.roomIn.get(quotaFolder) ?? Number.POSITIVE_INFINITY) <= limit.bytes
    return open !== undefined && isSameItem(open.item, item) && this.#governing(item.folders).every(isRoomy)
  }

  /**
   * The quota that has no room, and by how much; undefined when all have. What was reserved for the same before does
   * not count.
   */
  #tightest(id: string, item: QuotaItem): { readonly neededBytes: number; readonly leftBytes: number } | undefined {
    const before = this.#open.get(id)
    this.#set(id, undefined)
    try {
      for (const { quotaFolder, limit } of this.#governing(item.folders)) {
        const neededBytes = quotaFolder.costOf(item)
        // A quota that was given a moment ago, on a folder that was not measured yet, has no room so far.
        const leftBytes = quotaFolder.usedBytes === undefined ? -1 : Math.max(0, limit.bytes - quotaFolder.usedBytes)
        if (neededBytes > 0 && neededBytes > leftBytes) return { neededBytes, leftBytes: Math.max(0, leftBytes) }
      }
      return undefined
    } finally {
      this.#set(id, before)
    }
  }

  #keepRoom(id: string, item: QuotaItem): void {
    const roomIn = new Map(this.#governing(item.folders).map(({ quotaFolder, limit }) => [quotaFolder, limit.bytes]))
    this.#set(id, { item, roomIn })
  }

  /** An upload is known, with the room that it has or had. */
  #keep({ fileId, path, sizeBytes }: UploadRecord): void {
    const item = fileItem(path, sizeBytes)
    const open = this.#open.get(fileId)
    if (open === undefined || !isSameItem(open.item, item)) this.#set(fileId, { item, roomIn: new Map() })
  }

  #finished(id: string, item: QuotaItem): void {
    if (!this.#open.has(id)) return
    for (const key of [TOP_KEY, ...item.folders]) this.#quotaFolders.get(key)?.add(item)
    this.#set(id, undefined)
  }

  /** Another node has finished an upload, or it was cancelled there. */
  #endedElsewhere(fileId: string): void {
    for (const key of [TOP_KEY, ...(this.#open.get(fileId)?.item.folders ?? [])]) this.#quotaFolders.get(key)?.doubt()
    this.#set(fileId, undefined)
  }

  #set(id: string, open: Open | undefined): void {
    const before = this.#open.get(id)
    for (const key of before ? [TOP_KEY, ...before.item.folders] : [])
      this.#quotaFolders.get(key)?.close(before?.item as QuotaItem)
    for (const key of open ? [TOP_KEY, ...open.item.folders] : [])
      this.#quotaFolders.get(key)?.open(open?.item as QuotaItem)
    if (open === undefined) this.#open.delete(id)
    else this.#open.set(id, open)
  }

  /** The folders with a quota among those with these keys and the top. */
  #governing(folders: readonly string[]): readonly Governing[] {
    const limits = this.#limits.now()
    if (limits !== this.#limitsNow) this.#followLimits(limits)
    return [TOP_KEY, ...folders].flatMap((key) => {
      const [quotaFolder, limit] = [this.#quotaFolders.get(key), limits.get(key)]
      return quotaFolder && limit ? [{ quotaFolder, limit }] : []
    })
  }

  /** Follows which folders have a quota. */
  #followLimits(limits: ReadonlyMap<string, Limit>): void {
    this.#limitsNow = limits
    for (const key of this.#quotaFolders.keys()) if (!limits.has(key)) this.#quotaFolders.delete(key)
    for (const [key, { folder }] of limits) {
      if (this.#quotaFolders.has(key)) continue
      const quotaFolder = new QuotaFolder(folder, key)
      this.#quotaFolders.set(key, quotaFolder)
      for (const { item } of this.#open.values()) if ([TOP_KEY, ...item.folders].includes(key)) quotaFolder.open(item)
    }
  }

  /**
   * Measures what has not been for so long. What was measured once is counted on from there, so that only whoever may
   * be refused waits for it.
   */
  async #measured(folders: readonly string[], maxAgeMs: number): Promise<void> {
    for (const { quotaFolder } of this.#governing(folders)) {
      if (quotaFolder.isFresh(maxAgeMs)) continue
      const measuring = quotaFolder.measure(this.#store, this.#runAlone, this.#closing.signal)
      if (quotaFolder.usedBytes === undefined || maxAgeMs < MEASURE_EVERY_MS) await measuring
      else measuring.catch(() => 'told to whoever has to wait for the next one')
    }
  }

  /**
   * One look at the disk at a time, for one folder after the other, of whatever devices: measuring is work that nobody
   * sees.
   */
  readonly #runAlone: RunAlone = (task) => {
    const running = this.#measuring.then(() => {
      this.#closing.signal.throwIfAborted()
      return task()
    })
    this.#measuring = running.catch(() => 'told to whoever asked')
    return running
  }
}
