import type { BigIntStats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { crc32, type Sample } from './digest.ts'
import { fromFileError, sourceChanged, sourceTouched } from './errors.ts'
import type { SourceIdentity } from './resume-store.ts'

/** A queued file, open for reading, that notices when it is no longer the file that was queued. */
export type Source = {
  /** When the file's content or attributes last changed, as it was opened, ms since 1970. */
  readonly touchedAtMs: number
  /**
   * The bytes from `start` up to, not including, `end`. Fails with SOURCE_CHANGED when the file ends before.
   *
   * @param into memory to read them into, as long as they are. @default memory of their own
   */
  read(start: number, end: number, into?: Buffer): Promise<Buffer>
  /** Fails with SOURCE_CHANGED when the chunks that were remembered are not the same any more. */
  assertSamples(samples: readonly Sample[]): Promise<void>
  /**
   * Fails with SOURCE_CHANGED when size or modification time are not those of the queued file any more, and with SOURCE_TOUCHED when only its
   * attributes changed since it was opened, which a rewrite with a restored time does as well as a harmless rename.
   */
  assertUnchanged(): Promise<void>
  close(): Promise<void>
}

/** Opens the file at `path` and checks that it is the one `identity` describes. Fails with an UploadError. */
export async function openSource(path: string, identity: SourceIdentity): Promise<Source> {
  const file = await open(path, 'r').catch((error) => {
    throw fromFileError(error)
  })
  const look = async (): Promise<number> => {
    const stats = await file.stat({ bigint: true })
    if (!isSame(identityOf(stats), identity)) throw sourceChanged()
    return Number(stats.ctimeNs) / 1e6
  }
  try {
    const touchedAtMs = await look()
    return {
      touchedAtMs,
      read: (start, end, into) => readFully(file, start, end, into),
      async assertSamples(samples) {
        for (const { offset, bytes, crc32: expected } of samples) {
          if (crc32(await readFully(file, offset, offset + bytes)) !== expected) throw sourceChanged()
        }
      },
      async assertUnchanged() {
        if ((await look()) !== touchedAtMs) throw sourceTouched()
      },
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * All bytes of a small file that is the one `identity` describes: looked at after it was read, so that a change in between shows. Fails with an
 * UploadError.
 */
export async function readWhole(path: string, identity: SourceIdentity): Promise<Buffer> {
  const file = await open(path, 'r').catch((error) => {
    throw fromFileError(error)
  })
  try {
    const data = await readFully(file, 0, identity.sizeBytes)
    if (!isSame(identityOf(await file.stat({ bigint: true })), identity)) throw sourceChanged()
    return data
  } finally {
    await file.close()
  }
}

/** Reads the identity of the file at `path`. Fails with an UploadError. */
export async function readIdentity(path: string): Promise<SourceIdentity> {
  try {
    return identityOf(await stat(path, { bigint: true }))
  } catch (error) {
    throw fromFileError(error as NodeJS.ErrnoException)
  }
}

export function identityOf(stats: BigIntStats): SourceIdentity {
  return {
    sizeBytes: Number(stats.size),
    modifiedAtMs: Number(stats.mtimeMs),
    inode: String(stats.ino),
  }
}

function isSame(one: SourceIdentity, other: SourceIdentity): boolean {
  return one.sizeBytes === other.sizeBytes && one.modifiedAtMs === other.modifiedAtMs && one.inode === other.inode
}

async function readFully(
  file: FileHandle,
  start: number,
  end: number,
  data: Buffer = Buffer.allocUnsafeSlow(end - start),
): Promise<Buffer> {
  for (let filled = 0; filled < data.length; ) {
    const { bytesRead } = await file.read(data, filled, data.length - filled, start + filled).catch((error) => {
      throw fromFileError(error)
    })
    if (bytesRead === 0) throw sourceChanged()
    filled += bytesRead
  }
  return data
}
