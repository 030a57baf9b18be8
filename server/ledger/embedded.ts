import { mkdir } from 'node:fs/promises'
import { type BatchOperation, ClassicLevel } from 'classic-level'
import { hasCode, ReceiveError, receiveErrorFrom, toReceiveError } from '../errors.ts'
import type { ChunkRecord, Ledger, UploadRecord } from './ledger.ts'

type Database = ClassicLevel<string, string>
type Operation = BatchOperation<Database, string, string>

/**
 * Opens the ledger kept in a folder of its own with LevelDB, which also locks it: one process at a time.
 *
 * @param folder made when it is missing.
 * @throws ReceiveError BUSY when another process has it open, STORAGE_NOT_WRITABLE or DISK_FULL when it cannot be opened.
 */
export async function openEmbeddedLedger(folder: string): Promise<Ledger> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const log = new CommitLog(folder, await openDatabase(folder))

  return {
    uploads: {
      find: (fileId) => log.readUpload(fileId),
      async findByKey(uploadKey) {
        const fileId = await log.read(keyIndex(uploadKey))
        return fileId === undefined ? undefined : log.readUpload(fileId)
      },
      async save(record, { durable = false, forgetChunks = false } = {}) {
        const operations = [put(uploadAt(record.fileId), JSON.stringify(record))]
        if (record.origin.kind === 'begun') operations.push(put(keyIndex(record.origin.uploadKey), record.fileId))
        const open = unfinishedIndex(record.fileId)
        operations.push(record.state.kind === 'finished' ? del(open) : put(open, ''))
        if (forgetChunks) operations.push(...(await log.chunkKeys(record.fileId)).map(del))
        await log.commit(operations, durable)
      },
      async forget(record) {
        const operations = [del(uploadAt(record.fileId)), del(unfinishedIndex(record.fileId))]
        if (record.origin.kind === 'begun') operations.push(del(keyIndex(record.origin.uploadKey)))
        operations.push(...(await log.chunkKeys(record.fileId)).map(del))
        await log.commit(operations, false)
      },
      async *unfinished() {
        for await (const key of (await log.database()).keys(within('unfinished/'))) {
          const record = await log.readUpload(key.slice('unfinished/'.length))
          if (record) yield record
        }
      },
    },
    chunks: {
      async find(fileId, start) {
        const value = await log.read(chunkAt(fileId, start))
        return value === undefined ? undefined : toChunk(start, value)
      },
      async *list(fileId) {
        for await (const [key, value] of (await log.database()).iterator(within(chunksOf(fileId)))) {
          yield toChunk(Number(key.slice(chunksOf(fileId).length)), value)
        }
      },
      save: (fileId, { start, end, crc32 }) => log.commit([put(chunkAt(fileId, start), `${end} ${crc32}`)], false),
    },
    close: () => log.close(),
  }
}

type Commit = { operations: Operation[]; durable: boolean; settle: (error?: unknown) => void }

/**
 * Commits one batch at a time; whatever is asked for meanwhile becomes the next batch. When a batch fails, LevelDB's log may hold half a
 * record, and what is appended after that may be unreadable later. So a failed batch fails everything in it, and the database is opened
 * again, which starts a clean log, before anything else is committed.
 */
class CommitLog {
  readonly #folder: string
  #database: Promise<Database>
  #waiting: Commit[] = []
  #committing: Promise<void> | undefined
  #closed = false

  constructor(folder: string, database: Database) {
    this.#folder = folder
    this.#database = Promise.resolve(database)
  }

  database(): Promise<Database> {
    return this.#database
  }

  async read(key: string): Promise<string | undefined> {
    return (await this.#database).get(key)
  }

  async readUpload(fileId: string): Promise<UploadRecord | undefined> {
    const text = await this.read(uploadAt(fileId))
    return text === undefined ? undefined : (JSON.parse(text) as UploadRecord)
  }

  async chunkKeys(fileId: string): Promise<string[]> {
    return (await this.#database).keys(within(chunksOf(fileId))).all()
  }

  commit(operations: Operation[], durable: boolean): Promise<void> {
    if (this.#closed) return Promise.reject(new ReceiveError('DRAINING', 'The receiver is closing.'))
    return new Promise((resolve, reject) => {
      const settle = (error?: unknown) => (error === undefined ? resolve() : reject(toLedgerError(error)))
      this.#waiting.push({ operations, durable, settle })
      this.#committing ??= this.#commitAll()
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#committing
    const database = await this.#database.catch(() => undefined)
    await database?.close()
  }

  async #commitAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const commits = this.#waiting.splice(0)
      try {
        const database = await this.#database
        const operations = commits.flatMap((commit) => commit.operations)
        await database.batch(operations, { sync: commits.some((commit) => commit.durable) })
        for (const commit of commits) commit.settle()
      } catch (error) {
        // A full disk, mostly: each asker is told, and the next batch finds a clean log.
        for (const commit of commits) commit.settle(error)
        this.#database = reopened(this.#folder, this.#database)
        await this.#database.catch(() => 'told to whoever asks next; every commit tries again')
      }
    }
    this.#committing = undefined
  }
}

async function reopened(folder: string, failed: Promise<Database>): Promise<Database> {
  const database = await failed.catch(() => undefined)
  await database?.close()
  return openDatabase(folder)
}

async function openDatabase(folder: string): Promise<Database> {
  const database: Database = new ClassicLevel(folder)
  try {
    await database.open()
    return database
  } catch (error) {
    throw toLedgerError(error)
  }
}

/** LevelDB tells a full disk only in its text, and wraps the reason why it did not open. */
function toLedgerError(error: unknown): ReceiveError {
  const reason = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (hasCode(reason, 'LEVEL_LOCKED')) return receiveErrorFrom(error, 'BUSY', 'Another receiver is using this ledger.')
  const text = reason instanceof Error ? reason.message : ''
  if (/no space left/i.test(text)) return receiveErrorFrom(error, 'DISK_FULL', "The receiver's disk is full.")
  if (/permission denied|read-only/i.test(text)) {
    return receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', 'The receiver cannot write its ledger.')
  }
  return toReceiveError(error)
}

const put = (key: string, value: string): Operation => ({ type: 'put', key, value })
const del = (key: string): Operation => ({ type: 'del', key })

const uploadAt = (fileId: string) => `upload/${fileId}`
const keyIndex = (uploadKey: string) => `key/${uploadKey}`
const unfinishedIndex = (fileId: string) => `unfinished/${fileId}`
const chunksOf = (fileId: string) => `chunk/${fileId}/`
/** Sixteen digits hold every offset, so that the order of the keys is the order of the file. */
const chunkAt = (fileId: string, start: number) => chunksOf(fileId) + String(start).padStart(16, '0')
/** `0` is the character after `/`. */
const within = (prefix: string) => ({ gte: prefix, lt: `${prefix.slice(0, -1)}0` })

function toChunk(start: number, value: string): ChunkRecord {
  const [end, crc32] = value.split(' ').map(Number)
  if (!Number.isSafeInteger(end) || !Number.isSafeInteger(crc32)) throw new Error(`Unreadable chunk record: ${value}`)
  return { start, end: end as number, crc32: crc32 as number }
}
