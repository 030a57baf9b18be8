import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { fromFileError, notAFile, sizeNotTold, sourceChanged, sourceTouched, UploadError } from '../base/errors.ts'
import { crc32, type Sample } from './digest.ts'
import type { SourceIdentity, SourceProof } from './resume-store.ts'

/** A queued file, open for reading, that notices when it is no longer the file that was queued. */
export type Source = {
  /** Which state of the file it was when it was opened. */
  readonly proof: SourceProof
  /**
   * False where the times of the file are so coarse that two changes may have the same time; then only the content
   * tells.
   */
  readonly timesTell: boolean
  /**
   * The bytes from `start` up to, not including, `end`. Fails with SOURCE_CHANGED when the file ends before, and with
   * SIZE_NOT_TOLD when it does so unchanged.
   *
   * @param into memory to read them into, as long as they are. @default memory of their own
   */
  read(start: number, end: number, into?: Buffer): Promise<Buffer>
  /** Whether the chunks that were remembered are still the same. */
  hasSamples(samples: readonly Sample[]): Promise<boolean>
  /**
   * Fails with SIZE_NOT_TOLD when there is more in the file than the system says, and with SOURCE_CHANGED when it grew.
   */
  assertEnd(): Promise<void>
  /**
   * Fails with SOURCE_CHANGED when what is at the path now is another file, or has another size or modification time,
   * and with SOURCE_TOUCHED when only its attributes changed since it was opened, which a rewrite with a restored time
   * does as well as a harmless rename.
   */
  assertUnchanged(): Promise<void>
  /** The same, once the receiver has the whole file. A file that is gone from its path has no other content by now. */
  assertUnchangedOrGone(): Promise<void>
  close(): Promise<void>
}

/** A file that became a pipe since it was looked at must not block. Windows knows no such flag. */
export const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** Two changes of a file within this may have the same time: a system counts at least a hundred ticks a second, ms. */
const TICK_MS = 20

/** Some file systems count in steps of a hundredth of a second or more, and the oldest in steps of two seconds, ms. */
const COARSE_TICK_MS = 2100

const COARSE_STEP_NS = 10_000_000n

/** Opens the file at `path` and checks that it is the one `identity` describes. Fails with an UploadError. */
export async function openSource(path: string, identity: SourceIdentity): Promise<Source> {
  const file = await openFile(path)
  try {
    const stats = await settledStats(file)
    if (!isSameFile(identityOf(stats), identity)) throw sourceChanged()
    const proof = proofOf(stats)
    const assertUnchanged = () => assertStill(path, stats)
    /** The content is not as long as the system says. */
    const lengthIsWrong = async (): Promise<never> => {
      await assertUnchanged()
      throw sizeNotTold()
    }
    const read: Source['read'] = async (start, end, into = Buffer.allocUnsafeSlow(end - start)) => {
      const bytesRead = await readInto(file, into, start)
      return bytesRead === end - start ? into : lengthIsWrong()
    }
    const source: Source = {
      proof,
      timesTell: !isCoarse(stats),
      read,
      async hasSamples(samples) {
        for (const { offset, bytes, crc32: expected } of samples) {
          if (crc32(await read(offset, offset + bytes)) !== expected) return false
        }
        return true
      },
      async assertEnd() {
        if ((await readInto(file, Buffer.alloc(1), identity.sizeBytes)) > 0) await lengthIsWrong()
      },
      assertUnchanged,
      assertUnchangedOrGone: () => assertUnchanged().catch(unlessGone),
      close: () => file.close(),
    }
    // Checked before the receiver is told: some files that a system makes up as they are read are shorter or longer
    // than their size.
    if (identity.sizeBytes > 0) await read(identity.sizeBytes - 1, identity.sizeBytes)
    await source.assertEnd()
    return source
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Reads the identity of the file at `path`. Fails with an UploadError. */
export async function readIdentity(path: string): Promise<SourceIdentity> {
  const stats = await stat(path, { bigint: true }).catch(failedToRead)
  if (!stats.isFile()) throw notAFile()
  return identityOf(stats)
}

/** What is looked at of a file. */
export type Looked = Pick<BigIntStats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'mtimeNs' | 'ctimeMs' | 'ctimeNs'>

export function identityOf(stats: Pick<Looked, 'ino' | 'size' | 'mtimeMs' | 'mtimeNs'>): SourceIdentity {
  return {
    sizeBytes: Number(stats.size),
    modifiedAtMs: Number(stats.mtimeMs),
    modifiedAtNs: String(stats.mtimeNs),
    inode: String(stats.ino),
  }
}

/**
 * Whether both describe the same state of one file, in every field that both have. The number of the device does not
 * count: it may change when the machine starts again.
 */
export function isSameFile(one: SourceIdentity, other: SourceIdentity): boolean {
  return (
    one.sizeBytes === other.sizeBytes &&
    one.modifiedAtMs === other.modifiedAtMs &&
    one.inode === other.inode &&
    (one.modifiedAtNs === undefined || other.modifiedAtNs === undefined || one.modifiedAtNs === other.modifiedAtNs)
  )
}

/** Whether the file did not change at all in between, as far as the system tells. */
export function isSameProof(one: SourceProof, other: SourceProof): boolean {
  return (
    one.device === other.device &&
    one.inode === other.inode &&
    one.modifiedAtNs === other.modifiedAtNs &&
    one.changedAtNs === other.changedAtNs
  )
}

function proofOf({ dev, ino, mtimeNs, ctimeNs }: BigIntStats): SourceProof {
  return { device: String(dev), inode: String(ino), modifiedAtNs: String(mtimeNs), changedAtNs: String(ctimeNs) }
}

export async function openFile(path: string): Promise<FileHandle> {
  return open(path, READ_ONLY).catch(failedToRead)
}

/** Fails unless what is at the path now is the file that was looked at before, in the same state. */
export async function assertStill(path: string, before: Looked): Promise<void> {
  mustBeStill(await stat(path, { bigint: true }).catch(failedToRead), before)
}

/** Throws an UploadError unless what was looked at now is the file that was looked at before, in the same state. */
export function mustBeStill(now: Looked, before: Looked): void {
  if (!isSameFile(identityOf(now), identityOf(before)) || now.dev !== before.dev) throw sourceChanged()
  if (now.ctimeNs !== before.ctimeNs) throw sourceTouched()
}

export function unlessGone(error: unknown): void {
  if (!(error instanceof UploadError) || error.reason !== 'SOURCE_MISSING') throw error
}

function failedToRead(error: NodeJS.ErrnoException): never {
  throw fromFileError(error)
}

/** Looks at a file when its latest change is so old that the next one will have another time. */
export async function settledStats(file: FileHandle): Promise<BigIntStats> {
  const stats = await file.stat({ bigint: true }).catch(failedToRead)
  const waitMs = unsettledMs(stats, Date.now())
  if (waitMs === 0) return stats
  await setTimeout(waitMs)
  return file.stat({ bigint: true }).catch(failedToRead)
}

/** How long after it was looked at a change of a file may still have the time of the latest one, ms. */
export function unsettledMs(stats: Looked, lookedAtMs: number): number {
  const tickMs = isCoarse(stats) ? COARSE_TICK_MS : TICK_MS
  const agoMs = lookedAtMs - Number(stats.ctimeMs)
  // The clocks of a file server and of this computer may differ by more.
  return Math.abs(agoMs) >= tickMs ? 0 : tickMs - Math.max(agoMs, 0)
}

function isCoarse({ ctimeNs }: Looked): boolean {
  return ctimeNs % COARSE_STEP_NS === 0n
}

/** Reads from `position` until `data` is full or the file ends; answers how many bytes that were. */
export async function readInto(file: FileHandle, data: Buffer, position: number): Promise<number> {
  let filled = 0
  while (filled < data.length) {
    const { bytesRead } = await file.read(data, filled, data.length - filled, position + filled).catch(failedToRead)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return filled
}
