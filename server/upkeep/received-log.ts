import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { keptDigest, readKeptDigest } from '../../proto/digest/digest-forms.ts'
import type { Digest } from '../../proto/digests.ts'
import { SingleFlight } from '../base/single-flight.ts'
import type { FinishedRecord, Ledger, UploadRecord } from '../ledger/ledger.ts'
import { isStoredPath, STATE_FOLDER } from '../names/safe-path.ts'
import { openInPlace } from '../state-folder/private-file.ts'
import { openReplacements } from './replacements.ts'

/** A file as it was when it had arrived. */
export type ReceivedFile = {
  /** Where it was stored, relative to the receiving folder, components joined with "/". */
  readonly path: string
  /** Bytes. */
  readonly size: number
  /** In a line its MD5 is `md5`, and a digest of another kind is `digest`, one word like `xxh128:…`. */
  readonly digest: Digest
  /** ISO 8601, in UTC. */
  readonly finishedAt: string
  /** The bucket that it went to, `s3://name/prefix`; absent when it went to the folder. */
  readonly bucket?: string
}

/** A file that the receiver has deleted by itself. */
export type RemovedFile = Pick<ReceivedFile, 'path'> & {
  /** ISO 8601, in UTC. */
  readonly removedAt: string
}

/**
 * Where a receiving folder keeps its log. It belongs to the folder, and goes where the folder goes, wherever the ledger
 * is.
 */
export function receivedLogOf(directory: string): string {
  return join(directory, STATE_FOLDER, 'received.jsonl')
}

/**
 * Every file that was received, one JSON object a line, so that the files can be verified long after the ledger forgot
 * them, and with any tool. The last line for a path is the one that counts.
 */
export class ReceivedLog {
  readonly #file: FileHandle
  readonly #writes: SingleFlight
  readonly #syncs: SingleFlight
  #unwritten: string[] = []
  /** True when the last line may be half a line, which must not spoil the next one. */
  #torn: boolean

  private constructor(file: FileHandle, torn: boolean) {
    this.#file = file
    this.#torn = torn
    this.#writes = new SingleFlight(() => this.#writeLines())
    this.#syncs = new SingleFlight(() => file.datasync())
  }

  /** Opens the log at a path, and makes it when it is missing; its folder must be there. */
  static async open(path: string): Promise<ReceivedLog> {
    const { O_RDWR, O_APPEND, O_CREAT } = constants
    const file = await openInPlace(path, O_RDWR | O_APPEND | O_CREAT)
    const { size } = await file.stat()
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1))
    return new ReceivedLog(file, bytesRead === 1 && buffer.toString() !== '\n')
  }

  /** Adds a file, or that one is gone. When it resolves, the line survives a crash of this process. */
  write(file: ReceivedFile | RemovedFile): Promise<void> {
    this.#unwritten.push(`${JSON.stringify(toLine(file))}\n`)
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
    // What comes in the same moment goes together.
    await setImmediate()
    const lines = this.#unwritten.splice(0).join('')
    const begin = this.#torn ? '\n' : ''
    this.#torn = true
    await this.#file.appendFile(begin + lines)
    this.#torn = false
  }
}

/** Tells the log of a receiving folder what becomes of its uploads. */
export type UploadsLog = {
  /** An upload is about to replace a file. When it resolves, that survives a crash of this process. */
  announce(record: UploadRecord): Promise<void>
  /** A file has its final name. When it resolves, the line survives a crash of this process. */
  finished(record: FinishedRecord): Promise<void>
  /** What was announced has happened, or is not going to. */
  settled(record: UploadRecord): Promise<void>
  /** When it resolves, the lines that were written before survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * @param now milliseconds since 1970.
 * @param bucket where files go, see {@link ReceivedFile.bucket}.
 */
export async function openUploadsLog(
  ledger: Pick<Ledger, 'uploads'>,
  directory: string,
  now: () => number,
  bucket?: string,
): Promise<UploadsLog> {
  const log = await ReceivedLog.open(receivedLogOf(directory))
  const replacements = await openReplacements(directory, ledger)
  const replaces = ({ onConflict }: UploadRecord) => onConflict === 'OVERWRITE'
  return {
    async announce(record) {
      if (replaces(record)) await replacements.announce(record)
    },
    async finished({ state: { storedAs, digest }, sizeBytes }) {
      const finishedAt = new Date(now()).toISOString()
      const where = bucket !== undefined && { bucket }
      await log.write({ path: storedAs.join('/'), size: sizeBytes, digest, finishedAt, ...where })
    },
    async settled(record) {
      if (replaces(record)) await replacements.forget(record)
    },
    sync: () => log.sync(),
    close: () => log.close(),
  }
}

/** No line that a receiver writes is longer, bytes. */
const LONGEST_LINE_BYTES = 65_536

/**
 * What the log at a path says of each path below the receiving folder. Lines that are no log lines, as a crash may
 * leave one, say nothing.
 *
 * @param onDamage told once how many lines say what no receiver would have written, and are not believed.
 * @throws ReceiveError STORAGE_NOT_WRITABLE when the log is not believed; what the system throws when there is none.
 */
export async function readReceivedLog(
  path: string,
  onDamage: (error: Error) => void = () => {},
): Promise<Map<string, ReceivedFile>> {
  const files = new Map<string, ReceivedFile>()
  let left = 0
  for await (const line of linesOf(path)) {
    const file = line === 'too long' ? undefined : parse(line)
    if (file === 'no line') continue
    if (file === undefined) left++
    else if ('removedAt' in file) files.delete(file.path)
    else files.set(file.path, file)
  }
  const what = left === 1 ? 'A line' : `${left} lines`
  if (left > 0) onDamage(new Error(`${what} of ${path} could not be believed, and counts for nothing.`))
  return files
}

/** The lines of a file, however long they are. */
async function* linesOf(path: string): AsyncGenerator<string | 'too long'> {
  let begun: Buffer[] = []
  let begunBytes = 0
  const whole = (end: Buffer) => {
    const line = begunBytes + end.length > LONGEST_LINE_BYTES ? 'too long' : Buffer.concat([...begun, end]).toString()
    begun = []
    begunBytes = 0
    return line
  }
  const input = (await openInPlace(path, constants.O_RDONLY)).createReadStream()
  for await (const block of input as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = block.indexOf('\n'); end !== -1; end = block.indexOf('\n', from)) {
      yield whole(block.subarray(from, end))
      from = end + 1
    }
    begunBytes += block.length - from
    if (begunBytes <= LONGEST_LINE_BYTES) begun.push(block.subarray(from))
  }
  if (begunBytes > 0) yield whole(Buffer.alloc(0))
}

function toLine(file: ReceivedFile | RemovedFile): object {
  if (!('digest' in file)) return file
  const { path, size, digest, ...rest } = file
  return { path, size, ...keptDigest(digest), ...rest }
}

/** A log that another user wrote must not lead its reader to other paths. */
function parse(line: string): ReceivedFile | RemovedFile | 'no line' | undefined {
  try {
    const file: Partial<Record<keyof ReceivedFile | keyof RemovedFile | 'md5', unknown>> | null = JSON.parse(line)
    if (typeof file?.path !== 'string' || !isStoredPath(file.path.split('/'))) return undefined
    if (isDate(file.removedAt)) return file as RemovedFile
    const isWhole =
      Number.isSafeInteger(file.size) &&
      Number(file.size) >= 0 &&
      isDate(file.finishedAt) &&
      (file.bucket === undefined || typeof file.bucket === 'string')
    const { md5, ...rest } = file
    const digest = readKeptDigest({ md5, digest: file.digest })
    return isWhole && digest ? ({ ...rest, digest } as ReceivedFile) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return 'no line'
    throw error
  }
}

function isDate(value: unknown): boolean {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
