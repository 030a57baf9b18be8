import { constants } from 'node:fs'
import { type FileHandle, lstat, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { hasCode, ReceiveError } from '../base/errors.ts'
import { type Offset, writeFully } from '../bytes/to-offset.ts'
import { isBelieved } from '../state-folder/owner.ts'
import type { Part } from './chunk-store.ts'

/**
 * Read in blocks of this size: long enough to be fast, short enough that hashing one does not hold up other uploads.
 */
const BLOCK_BYTES = 256 * 1024

/**
 * Opens a part file; makes an empty one when there is none. A symbolic link in its place is removed; it is neither
 * followed nor written through.
 *
 * @throws ReceiveError STORAGE_NOT_WRITABLE when something that is not a file is in its place.
 */
export async function openPart(path: string): Promise<Part> {
  const known = await openOwn(path)
  if (known !== undefined) return toPart(known)
  const { O_RDWR, O_CREAT, O_EXCL } = constants
  const folder = await openFolderOf(path)
  try {
    return await toPart(await open(path, O_RDWR | O_CREAT | O_EXCL, 0o600), folder)
  } catch (error) {
    await folder?.close()
    throw error
  }
}

/** The part file that is there, when it is a regular file with one name and a trusted owner. */
async function openOwn(path: string): Promise<FileHandle | undefined> {
  const there = await lstat(path).catch(missing)
  if (there === undefined) return undefined
  if (there.isFile() && there.nlink === 1 && (await isOurs(path, there.uid))) {
    const file = await open(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
    // Between the look and the opening, it may have become a second name of another file.
    if ((await file.stat()).nlink <= 1) return file
    await file.close()
  } else if (!there.isFile() && !there.isSymbolicLink()) {
    throw new ReceiveError('STORAGE_NOT_WRITABLE', 'Something that is not a file stands where the bytes would go.')
  }
  await unlink(path)
  return undefined
}

/**
 * The owner of a file can change it at any time, so the owner must be trusted. On a file system that keeps no owners,
 * the folder has the same owner.
 */
async function isOurs(path: string, uid: number): Promise<boolean> {
  return isBelieved(uid) || uid === (await lstat(dirname(path))).uid
}

/** For `catch`: that there is no such file is an answer; every other error is an error. */
function missing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined
  throw error
}

/** The bytes from start up to end, in blocks that are reused; fewer when the file ends earlier. */
export async function* readBlocks(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, Math.max(0, end - start)))
  for (let at = start; at < end; ) {
    const { bytesRead } = await file.read(block, 0, Math.min(block.length, end - at), at)
    if (bytesRead === 0) return
    yield block.subarray(0, bytesRead)
    at += bytesRead
  }
}

/**
 * @param folder in which the part was just made. It is synced once: a new file survives a power cut only when its
 * folder does.
 */
async function toPart(file: FileHandle, folder?: FileHandle): Promise<Part> {
  const { size } = await file.stat()
  let unsyncedFolder = folder
  return {
    // The length says nothing about lost bytes: a power cut, or holes, leave it as it was.
    keeps: ({ end }) => (end <= size ? 'unsure' : 'gone'),
    write: (data: Buffer, offset: Offset) => writeFully(file, data, offset),
    read: (start, end) => readBlocks(file, start, end),
    async sync() {
      await file.datasync()
      await unsyncedFolder?.sync()
      await unsyncedFolder?.close()
      unsyncedFolder = undefined
      return undefined
    },
    async close() {
      await file.close()
      await unsyncedFolder?.close()
      unsyncedFolder = undefined
    },
  }
}

/** Undefined on Windows, which opens no folders; NTFS keeps names in its journal. */
function openFolderOf(path: string): Promise<FileHandle> | undefined {
  if (process.platform === 'win32') return undefined
  return open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
}
