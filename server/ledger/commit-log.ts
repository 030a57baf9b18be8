import { setImmediate as nextTurn } from 'node:timers/promises'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import {
  type Database,
  isDamage,
  type OnDamage,
  type Operation,
  openDatabase,
  repairDatabase,
  toLedgerError,
} from './database.ts'

type Read = { readonly key: string; readonly settle: (value: string | undefined, error?: unknown) => void }
type Commit = { operations: Operation[]; durable: boolean; settle: (error?: unknown) => void }

/** The keys from one up to, but not including, another. */
export type Keys = { readonly gte: string; readonly lt: string }

/**
 * Commits one batch at a time; whatever is asked for meanwhile becomes the next batch. When a batch fails, LevelDB's
 * log may hold half a record, and what is appended after that may be unreadable later. So a failed batch fails
 * everything in it, and the database is opened again, which starts a clean log, before anything else is committed. A
 * database that turns out to be damaged is opened again too, and that repairs it.
 */
export class CommitLog {
  readonly #folder: string
  readonly #onDamage: OnDamage
  #database: Promise<Database>
  /** The last attempt to open the database failed. */
  #isBroken = false
  #waiting: Commit[] = []
  #reads: Read[] = []
  #committing: Promise<void> | undefined
  #closed = false

  /** @param folder see {@link openDatabase}. */
  static async open(folder: string, onDamage: OnDamage): Promise<CommitLog> {
    return new CommitLog(folder, await openDatabase(folder, onDamage), onDamage)
  }

  private constructor(folder: string, database: Database, onDamage: OnDamage) {
    this.#folder = folder
    this.#onDamage = onDamage
    this.#database = Promise.resolve(database)
  }

  /** The value of a key; undefined when there is none. Throws ReceiveError BUSY when the ledger is being repaired. */
  read(key: string): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      // Keys that are asked for in the same moment are read together: most of the cost is the trip to the database.
      if (this.#reads.length === 0) setImmediate(() => void this.#readAll())
      this.#reads.push({ key, settle: (value, error) => (error === undefined ? resolve(value) : reject(error)) })
    })
  }

  /** Keys and values in the order of the keys, as they were when this was called. Throws what {@link read} throws. */
  async *entries(keys: Keys): AsyncGenerator<[string, string]> {
    const opened = this.#opened()
    try {
      yield* (await opened).iterator(keys)
    } catch (error) {
      throw await this.#mended(opened, error)
    }
  }

  /** All keys of a range, ascending. Throws what {@link read} throws. */
  async keys(keys: Keys): Promise<string[]> {
    const opened = this.#opened()
    try {
      return await (await opened).keys(keys).all()
    } catch (error) {
      throw await this.#mended(opened, error)
    }
  }

  /**
   * Does all of the operations or none. With `durable` they survive a power cut, and so does everything that was
   * committed before.
   */
  commit(operations: Operation[], durable: boolean): Promise<void> {
    if (this.#closed) return Promise.reject(new ReceiveError('DRAINING', 'The receiver is closing.'))
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(toLedgerError(error)))
      this.#waiting.push({ operations, durable, settle })
      this.#committing ??= this.#commitAll()
    })
  }

  /** Waits for what is being committed and lets go of the database. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#committing
    const database = await this.#database.catch(() => undefined)
    await database?.close()
  }

  async #readAll(): Promise<void> {
    const reads = this.#reads.splice(0)
    const opened = this.#opened()
    try {
      const values = await (await opened).getMany(reads.map(({ key }) => key))
      for (const [index, { settle }] of reads.entries()) settle(values[index])
    } catch (error) {
      const mended = await this.#mended(opened, error)
      for (const { settle } of reads) settle(undefined, mended)
    }
  }

  async #commitAll(): Promise<void> {
    // What comes in the same moment goes together.
    await nextTurn()
    while (this.#waiting.length > 0) {
      const commits = this.#waiting.splice(0)
      const opened = this.#opened()
      try {
        const database = await opened
        const operations = commits.flatMap((commit) => commit.operations)
        await database.batch(operations, { sync: commits.some((commit) => commit.durable) })
        for (const commit of commits) commit.settle()
      } catch (error) {
        // Mostly the disk is full. Every caller of this batch is told, and the next batch finds a clean log.
        for (const commit of commits) commit.settle(this.#database === opened ? error : lockedOut(error))
        if (this.#database === opened && !this.#isBroken) this.#reopen()
        await this.#database.catch(() => 'told to whoever asks next')
      }
    }
    this.#committing = undefined
  }

  /** The database. When it could not be opened, perhaps because the disk was full, the next caller tries again. */
  #opened(): Promise<Database> {
    if (this.#isBroken && !this.#closed) this.#reopen()
    return this.#database
  }

  #reopen(): void {
    this.#replace(reopened(this.#folder, this.#database, this.#onDamage))
  }

  #replace(next: Promise<Database>): void {
    this.#isBroken = false
    this.#database = next
    next.catch(() => {
      if (this.#database === next) this.#isBroken = true
    })
  }

  /** Repairs the database if this error shows damage, and answers the error to report. */
  async #mended(opened: Promise<Database>, error: unknown): Promise<ReceiveError> {
    if (this.#closed) return new ReceiveError('DRAINING', 'The receiver is closing.', { cause: error })
    if (this.#database === opened) {
      if (!isDamage(error)) return toLedgerError(error)
      this.#replace(repaired(this.#folder, opened, error, this.#onDamage))
    }
    // Another caller found the damage first, or a commit failed. Either closes the database that this caller was
    // reading.
    await this.#database.catch(() => 'told to whoever asks next')
    return lockedOut(error)
  }
}

function lockedOut(error: unknown): ReceiveError {
  return receiveErrorFrom(error, 'BUSY', 'The ledger had to be opened again; try again.')
}

async function reopened(folder: string, failed: Promise<Database>, onDamage: OnDamage): Promise<Database> {
  const database = await failed.catch(() => undefined)
  await database?.close()
  return openDatabase(folder, onDamage)
}

async function repaired(
  folder: string,
  opened: Promise<Database>,
  damage: unknown,
  onDamage: OnDamage,
): Promise<Database> {
  const database = await opened.catch(() => undefined)
  await database?.close()
  return repairDatabase(folder, damage, onDamage)
}
