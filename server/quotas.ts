import type { KnownDevice } from './device.ts'
import { ReceiveError } from './errors.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { ChunkStore } from './store/chunk-store.ts'

/** Somebody else may add files to a folder or take them away, so it is measured again after this, ms. */
const MEASURE_EVERY_MS = 600_000
/** Before an upload is refused, a measurement older than this is made anew, ms. */
const REFUSE_AFTER_MS = 2000
/** A large folder takes long to measure, and so is measured less often: after so many times as long as it took. */
const REST_FACTOR = 10

/** What a device's folder holds. */
type Usage = {
  readonly bytes: number
  /** On a clock that is never set, ms. */
  readonly measuredAtMs: number
  readonly tookMs: number
}

/** What is counted for one device. */
type Account = {
  usage: Usage | undefined
  measuring: Promise<Usage> | undefined
  /** Bytes of files that were finished since the last measurement, or while it is under way. */
  addedBytes: number
  /** The sizes of the device's unfinished uploads: all of their bytes are going to be in the folder. */
  readonly open: Map<string, number>
  openBytes: number
}

/**
 * How much of its quota each device has used: what is in its folder, by file size and whoever put it there, and what its unfinished uploads are going to
 * add.
 */
export class Quotas {
  readonly #store: Pick<ChunkStore, 'bytesBelow'>
  readonly #accounts = new Map<string, Account>()
  /** Counts the unfinished uploads anew, where others begin and finish some, too. */
  #recount: (() => Promise<void>) | undefined

  constructor(store: Pick<ChunkStore, 'bytesBelow'>) {
    this.#store = store
  }

  /**
   * Looks at the unfinished uploads of a ledger, and answers the same ledger, made to tell what becomes of uploads from now on.
   *
   * @param options.isShared whether other receivers use the ledger, too: then its uploads are counted anew before one is refused.
   */
  async watching(ledger: Ledger, { isShared = false } = {}): Promise<Ledger> {
    const count = async () => {
      for (const account of this.#accounts.values()) forgetOpen(account)
      for await (const { owner, fileId, sizeBytes } of ledger.uploads.unfinished()) {
        if (owner !== undefined) setOpen(this.#accountOf(owner), fileId, sizeBytes)
      }
    }
    await count()
    if (isShared) this.#recount = count
    return {
      ...ledger,
      uploads: {
        ...ledger.uploads,
        save: async (record, options) => {
          await ledger.uploads.save(record, options)
          if (record.owner === undefined) return
          const account = this.#accountOf(record.owner)
          if (record.state.kind !== 'finished') setOpen(account, record.fileId, record.sizeBytes)
          else if (account.open.has(record.fileId)) {
            setOpen(account, record.fileId, 0)
            account.addedBytes += record.sizeBytes
          }
        },
        forget: async (record) => {
          await ledger.uploads.forget(record)
          if (record.owner !== undefined) this.release(record.owner, record.fileId)
        },
      },
    }
  }

  /** Promises an upload its bytes. Throws ReceiveError QUOTA when they do not fit. */
  async promise(device: KnownDevice, fileId: string, bytes: number): Promise<void> {
    const { quotaBytes } = device
    if (quotaBytes === undefined) return
    const account = this.#accountOf(device.id)
    for (const maxAgeMs of [MEASURE_EVERY_MS, REFUSE_AFTER_MS]) {
      await this.#measured(device, account, maxAgeMs)
      // Nothing is waited for between the look and the promise, so two uploads cannot both have the last bytes.
      if (usedBytes(account) - (account.open.get(fileId) ?? 0) + bytes > quotaBytes) {
        await this.#recount?.()
        continue
      }
      setOpen(account, fileId, bytes)
      return
    }
    const left = Math.max(0, quotaBytes - usedBytes(account))
    throw new ReceiveError(
      'QUOTA',
      `The quota of this device is used up: ${bytes} bytes are needed and ${left} are left.`,
    )
  }

  /** The upload needs no bytes. */
  release(deviceId: string, fileId: string): void {
    setOpen(this.#accountOf(deviceId), fileId, 0)
  }

  /** What is left, bytes; infinite without a quota. */
  async leftBytes(device: KnownDevice): Promise<number> {
    if (device.quotaBytes === undefined) return Number.POSITIVE_INFINITY
    const account = this.#accountOf(device.id)
    await this.#measured(device, account, MEASURE_EVERY_MS)
    return Math.max(0, device.quotaBytes - usedBytes(account))
  }

  #accountOf(deviceId: string): Account {
    const known = this.#accounts.get(deviceId)
    if (known !== undefined) return known
    const account = { usage: undefined, measuring: undefined, addedBytes: 0, open: new Map(), openBytes: 0 }
    this.#accounts.set(deviceId, account)
    return account
  }

  /** Measures the folder when the last measurement is too old; whoever asks meanwhile waits for the same one. */
  async #measured({ folder = [] }: KnownDevice, account: Account, maxAgeMs: number): Promise<void> {
    if (account.usage !== undefined && account.measuring === undefined) {
      const { measuredAtMs, tookMs } = account.usage
      if (performance.now() - measuredAtMs < Math.max(maxAgeMs, tookMs * REST_FACTOR)) return
    }
    account.measuring ??= this.#measure(account, folder).finally(() => {
      account.measuring = undefined
    })
    await account.measuring
  }

  async #measure(account: Account, folder: readonly string[]): Promise<Usage> {
    const startedAtMs = performance.now()
    const addedBefore = account.addedBytes
    const bytes = await this.#store.bytesBelow(folder)
    const measuredAtMs = performance.now()
    account.usage = { bytes, measuredAtMs, tookMs: measuredAtMs - startedAtMs }
    // What came while the folder was read may be counted twice until the next time, and is never left out.
    account.addedBytes -= addedBefore
    return account.usage
  }
}

function usedBytes({ usage, addedBytes, openBytes }: Account): number {
  return (usage?.bytes ?? 0) + addedBytes + openBytes
}

function forgetOpen(account: Account): void {
  account.open.clear()
  account.openBytes = 0
}

function setOpen(account: Account, fileId: string, bytes: number): void {
  account.openBytes += bytes - (account.open.get(fileId) ?? 0)
  if (bytes === 0) account.open.delete(fileId)
  else account.open.set(fileId, bytes)
}
