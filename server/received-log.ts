import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Ledger } from './ledger/ledger.ts'
import { STATE_FOLDER } from './safe-path.ts'
import { Together } from './together.ts'

/** A file as it was when it had arrived. */
export type ReceivedFile = {
  /** Where it was stored, relative to the receiving folder, components joined with "/". */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** Lower-case hex. */
  readonly md5: string
  /** ISO 8601, in UTC. */
  readonly finishedAt: string
  /** The bucket that it went to, `s3://name/prefix`; absent when it went to the folder. */
  readonly bucket?: string
  /** What was about to replace it when the receiver ended: it may have happened. */
  readonly announced?: Content
}

/** Bytes, and lower-case hex. */
type Content = { readonly size: number; readonly md5: string }

/** A file that is about to replace what has its name. */
export type AnnouncedFile = Pick<ReceivedFile, 'path'> & {
  readonly announced: Content
  /** ISO 8601, in UTC. */
  readonly announcedAt: string
}

/** A file that the receiver has deleted by itself. */
export type RemovedFile = Pick<ReceivedFile, 'path'> & {
  /** ISO 8601, in UTC. */
  readonly removedAt: string
}

/** Where a receiving folder keeps its log. It belongs to the folder, and goes where the folder goes, wherever the ledger is. */
export function receivedLogOf(directory: string): string {
  return join(directory, STATE_FOLDER, 'received.jsonl')
}

/**
 * Every file that was received, one JSON object a line, so that the files can be verified long after the ledger forgot them, and with any tool.
 * The last line for a path is the one that counts.
 */
export class ReceivedLog {
  readonly #file: FileHandle
  readonly #writes: Together
  readonly #syncs: Together
  #unwritten: string[] = []
  /** True when the last line may be half a line, which must not spoil the next one. */
  #torn: boolean

  private constructor(file: FileHandle, torn: boolean) {
    this.#file = file
    this.#torn = torn
    this.#writes = new Together(() => this.#writeLines())
    this.#syncs = new Together(() => file.datasync())
  }

  /** Opens the log at a path, and makes it when it is missing; its folder must be there. */
  static async open(path: string): Promise<ReceivedLog> {
    const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = constants
    const file = await open(path, O_RDWR | O_APPEND | O_CREAT | (O_NOFOLLOW ?? 0), 0o600)
    const { size } = await file.stat()
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    return new ReceivedLog(file, bytesRead === 1 && buffer.toString() !== '\n')
  }

  /** Adds a file, or that one is gone or about to be replaced. When it resolves, the line survives a crash of this process. */
  write(file: ReceivedFile | RemovedFile | AnnouncedFile): Promise<void> {
    this.#unwritten.push(`${JSON.stringify(file)}\n`)
    return this.#writes.run()
  }

  /** When it resolves, the lines that were written before survive a power cut. */
  sync(): Promise<void> {
    return this.#syncs.run()
  }

  /** Waits for what is being written. */
  async close(): Promise<void> {
    await this.#writes.idle()
    await this.#syncs.idle()
    await this.#file.close()
  }

  async #writeLines(): Promise<void> {
    const lines = this.#unwritten.splice(0).join('')
    const begin = this.#torn ? '\n' : ''
    this.#torn = true
    await this.#file.appendFile(begin + lines)
    this.#torn = false
  }
}

/**
 * The ledger of a receiving folder, made to log each file when it records that it is finished. Closes both together.
 *
 * When that record is saved durably, the line survives a power cut, too; and a crash of this process never leaves one without the other, because the
 * line is written first. Both are made durable at the same time, which costs small files far less than one after the other.
 *
 * @param now milliseconds since 1970.
 * @param bucket where files go, see {@link ReceivedFile.bucket}.
 */
export async function withReceivedLog(
  ledger: Ledger,
  directory: string,
  now: () => number,
  bucket?: string,
): Promise<Ledger> {
  const log = await ReceivedLog.open(receivedLogOf(directory))
  return {
    ...ledger,
    uploads: {
      ...ledger.uploads,
      async save(record, options) {
        const { state, sizeBytes: size } = record
        const replaces = state.kind === 'publishing' && record.onConflict === 'OVERWRITE'
        if (state.kind !== 'finished' && !replaces) return ledger.uploads.save(record, options)
        const { storedAs, md5 } = state
        const path = storedAs.join('/')
        const atIso = new Date(now()).toISOString()
        if (replaces) await log.write({ path, announced: { size, md5 }, announcedAt: atIso })
        else await log.write({ path, size, md5, finishedAt: atIso, ...(bucket !== undefined && { bucket }) })
        await Promise.all([options?.durable ? log.sync() : undefined, ledger.uploads.save(record, options)])
      },
    },
    async flush() {
      await Promise.all([log.sync(), ledger.flush()])
    },
    async close() {
      await ledger.close()
      await log.close()
    },
  }
}

/** What the log at a path says of each path below the receiving folder. Lines that are no log lines, as a crash may leave one, say nothing. */
export async function readReceivedLog(path: string): Promise<Map<string, ReceivedFile>> {
  const files = new Map<string, ReceivedFile>()
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    const file = parse(line)
    if (file === undefined) continue
    if ('removedAt' in file) files.delete(file.path)
    else if ('announcedAt' in file) {
      const before = files.get(file.path)
      if (before !== undefined) files.set(file.path, { ...before, announced: file.announced })
    } else files.set(file.path, file)
  }
  return files
}

/** A log that somebody else wrote must not lead whoever reads it elsewhere. */
function isBelow(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && !name.includes('\0'))
}

function isContent(content: Partial<Content> | undefined): boolean {
  return typeof content?.size === 'number' && /^[0-9a-f]{32}$/.test(content.md5 ?? '')
}

function parse(line: string): ReceivedFile | RemovedFile | AnnouncedFile | undefined {
  try {
    const file: Partial<ReceivedFile & RemovedFile & AnnouncedFile> | null = JSON.parse(line)
    if (typeof file?.path !== 'string') return undefined
    if (typeof file.removedAt === 'string') return file as RemovedFile
    if (typeof file.announcedAt === 'string') return isContent(file.announced) ? (file as AnnouncedFile) : undefined
    const { announced: _, ...received } = file
    return isBelow(file.path) && isContent(file) ? (received as ReceivedFile) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
