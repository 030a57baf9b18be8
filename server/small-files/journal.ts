import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { isSameDigest } from '../../proto/digest/digest-forms.ts'
import { digestOf } from '../../proto/digest/digest-of.ts'
import { SingleFlight } from '../base/single-flight.ts'
import type { OnDamage } from '../ledger/database.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import { toUpload, uploadText } from '../ledger/record-text.ts'
import { openPrivate } from '../state-folder/private-file.ts'

/** A small file that is about to get its final name, with all of its bytes. */
export type JournalEntry = { readonly record: UploadRecord; readonly data: Buffer }

/** One of the two files of a journal. While one is made superfluous, the other takes what comes. */
export interface Volume {
  /** Whoever appended an entry needs the volume no more for it: the ledger knows what became of the file. */
  settled(): void
}

/** In front of each entry: the lengths of its record and its data, bytes, and the CRC-32 of both. */
const HEAD_BYTES = 12
/** An entry is not longer than this in either part, bytes; more is damage. */
const LONGEST_BYTES = 16 * 1024 ** 2
/** More than this at the end of a volume is no entry that was torn, bytes. */
const TORN_BYTES = 4096

/**
 * Small files, whole, from the moment they are safe until their own files are. Many are appended together and made
 * durable with one sync, where syncing each of them, and the folder that names it, would take a disk milliseconds
 * apiece.
 */
export class Journal {
  /** Takes what comes. */
  #taking: VolumeFile
  /** Empty, or being made so. */
  #resting: VolumeFile
  #waiting: { readonly entry: JournalEntry; readonly took: (volume: VolumeFile) => void }[] = []
  readonly #appends = new SingleFlight(() => this.#appendWaiting())

  /** Opens the journal in a folder, which must be there, and makes it when it is missing. */
  static async open(folder: string): Promise<Journal> {
    const open = (name: string) => VolumeFile.open(join(folder, name))
    return new Journal(await open('small-files.0'), await open('small-files.1'))
  }

  private constructor(taking: VolumeFile, resting: VolumeFile) {
    this.#taking = taking
    this.#resting = resting
  }

  /** Bytes in the volume that takes what comes. */
  get bytes(): number {
    return this.#taking.bytes
  }

  /**
   * When it resolves, the entry survives a power cut.
   *
   * @throws what the disk threw; then the entry may or may not be in the journal, and nothing more is appended until
   * {@link clear}.
   */
  async append(entry: JournalEntry): Promise<Volume> {
    let volume: VolumeFile | undefined
    this.#waiting.push({
      entry,
      took: (taken) => {
        volume = taken
      },
    })
    await this.#appends.run()
    if (volume === undefined) throw new Error('An entry of the journal was left out.')
    return volume
  }

  /**
   * What a crash left, in the order it came. An entry that is torn ends its volume: nobody was told that what follows
   * is stored.
   */
  async *entries(onDamage: OnDamage): AsyncGenerator<JournalEntry> {
    for (const volume of [this.#taking, this.#resting]) yield* volume.entries(onDamage)
  }

  /**
   * Empties one volume, after `makeSuperfluous` has made what is in it durable elsewhere. What comes meanwhile goes to
   * the other one.
   *
   * @throws what `makeSuperfluous` or the disk threw; then the entries are kept.
   */
  async swap(makeSuperfluous: () => Promise<void>): Promise<void> {
    const old = this.#taking
    this.#taking = this.#resting
    this.#resting = old
    await old.allSettled()
    await makeSuperfluous()
    await old.clear()
  }

  /** Empties both volumes, when nothing is being appended. */
  async clear(): Promise<void> {
    for (const volume of [this.#taking, this.#resting]) await volume.clear()
  }

  /** Waits for what is being appended. */
  async close(): Promise<void> {
    await this.#appends.idle()
    for (const volume of [this.#taking, this.#resting]) await volume.close()
  }

  async #appendWaiting(): Promise<void> {
    // What comes in the same moment goes together.
    await setImmediate()
    const taken = this.#waiting.splice(0)
    const volume = this.#taking
    for (const { took } of taken) took(volume)
    await volume.append(taken.map(({ entry }) => entry))
  }
}

class VolumeFile implements Volume {
  readonly #file: FileHandle
  #bytes: number
  #unsettled = 0
  #whenSettled: (() => void) | undefined
  #failure: unknown

  static async open(path: string): Promise<VolumeFile> {
    const { O_RDWR, O_APPEND, O_CREAT } = constants
    const file = await openPrivate(path, O_RDWR | O_APPEND | O_CREAT)
    return new VolumeFile(file, (await file.stat()).size)
  }

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file
    this.#bytes = bytes
  }

  get bytes(): number {
    return this.#bytes
  }

  async append(entries: readonly JournalEntry[]): Promise<void> {
    // What follows half an entry would never be found again.
    if (this.#failure !== undefined) throw this.#failure
    this.#unsettled += entries.length
    try {
      const encoded = Buffer.concat(entries.flatMap(encode))
      this.#bytes += encoded.length
      await this.#file.appendFile(encoded)
      await this.#file.datasync()
    } catch (error) {
      this.#failure = error
      for (const _ of entries) this.settled()
      throw error
    }
  }

  settled(): void {
    this.#unsettled--
    if (this.#unsettled === 0) this.#whenSettled?.()
  }

  async allSettled(): Promise<void> {
    if (this.#unsettled === 0) return
    await new Promise<void>((resolve) => {
      this.#whenSettled = resolve
    })
  }

  async *entries(onDamage: OnDamage): AsyncGenerator<JournalEntry> {
    let left = 0
    let at = 0
    while (at < this.#bytes) {
      const head = await this.#read(at, HEAD_BYTES)
      const [recordBytes = 0, dataBytes = 0, checksum] = [0, 4, 8].map((from) => head?.readUInt32BE(from))
      // A power cut leaves zeros where bytes were to come.
      if (head === undefined || recordBytes === 0) break
      if (recordBytes > LONGEST_BYTES || dataBytes > LONGEST_BYTES) {
        const lostBytes = this.#bytes - at
        if (lostBytes > TORN_BYTES) onDamage(new Error(`${lostBytes} bytes in the journal could not be read.`))
        break
      }
      const body = await this.#read(at + HEAD_BYTES, recordBytes + dataBytes)
      if (body === undefined || crc32(body) !== checksum) break
      const entry = await toEntry(body.subarray(0, recordBytes).toString(), body.subarray(recordBytes))
      if (entry === undefined) left++
      else yield entry
      at += HEAD_BYTES + recordBytes + dataBytes
    }
    if (left === 0) return
    const what = left === 1 ? 'A small file' : `${left} small files`
    onDamage(new Error(`${what} in the journal could not be believed; what its sender sent it sends again.`))
  }

  async clear(): Promise<void> {
    if (this.#bytes === 0) return
    await this.#file.truncate(0)
    await this.#file.datasync()
    this.#bytes = 0
    this.#failure = undefined
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  async #read(start: number, bytes: number): Promise<Buffer | undefined> {
    if (start + bytes > this.#bytes) return undefined
    const data = Buffer.alloc(bytes)
    for (let filled = 0; filled < bytes; ) {
      const { bytesRead } = await this.#file.read(data, filled, bytes - filled, start + filled)
      if (bytesRead === 0) return undefined
      filled += bytesRead
    }
    return data
  }
}

function encode({ record, data }: JournalEntry): Buffer[] {
  const text = Buffer.from(uploadText(record))
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(text.length, 0)
  head.writeUInt32BE(data.length, 4)
  head.writeUInt32BE(crc32(data, crc32(text)), 8)
  return [head, text, data]
}

/** What {@link encode} wrote; undefined when no receiver would have written it. */
async function toEntry(text: string, data: Buffer): Promise<JournalEntry | undefined> {
  const fileId = /"fileId":"([0-9a-f]{32})"/.exec(text)?.[1]
  const record = fileId === undefined ? undefined : toUpload(fileId, text)
  const isWhole =
    record?.state.kind === 'publishing' &&
    record.origin.kind === 'begun' &&
    record.modifiedAtMs !== undefined &&
    record.sizeBytes === data.length &&
    isSameDigest(await digestOf(record.state.digest.kind, data), record.state.digest)
  return isWhole ? { record, data } : undefined
}
