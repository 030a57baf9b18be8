import { constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, statfs, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../errors.ts'
import { STATE_FOLDER } from '../safe-path.ts'
import { type Offset, writeFully } from '../to-offset.ts'
import type { ChunkStore, Part, StoredFile } from './chunk-store.ts'
import { openFolder } from './folder.ts'
import { publish, settle } from './publish.ts'

/** Read in blocks of this size: long enough to be fast, short enough that hashing one does not hold up other uploads. */
const BLOCK_BYTES = 256 * 1024
/** Kept free for the ledger and for file names: this share of the disk, but never more than that. */
const SPARE_SHARE = 0.01
const MAX_SPARE_BYTES = 1024 ** 3

/**
 * Keeps bytes in a folder of this machine. Parts live in `.longshore/parts` of the same folder, and so on the same file system, where giving
 * one its final name is a single step.
 *
 * @throws the system's error when the folder cannot be written to.
 */
export async function openDiskStore(root: string): Promise<ChunkStore> {
  const parts = await openFolderForParts(root)
  const partAt = (fileId: string) => join(parts, `${fileId}.part`)
  await probe(root, parts)

  return {
    async openPart(fileId) {
      // Following no link: whoever can write here must not be able to point a part elsewhere.
      return toPart(
        await open(partAt(fileId), constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600),
      )
    },
    discardPart: (fileId) => removeIfThere(partAt(fileId)),
    publish: (fileId, wish, announce) => publish(root, partAt(fileId), wish, announce),
    settle: (fileId, intent) => settle(root, partAt(fileId), intent),
    async openPublished(path) {
      const file = await openBelow(root, path)
      return file && toStoredFile(file)
    },
    async makeFolder(path) {
      const folder = await openFolder(root, path, true)
      await folder.close()
    },
    async freeBytes() {
      const { bavail, blocks, bsize } = await statfs(root)
      return Math.max(0, bavail * bsize - Math.min(blocks * bsize * SPARE_SHARE, MAX_SPARE_BYTES))
    },
  }
}

async function openFolderForParts(root: string): Promise<string> {
  const parts = join(root, STATE_FOLDER, 'parts')
  await mkdir(parts, { recursive: true, mode: 0o700 })
  const folder = await openFolder(root, [STATE_FOLDER, 'parts'], false)
  await folder.close()
  return parts
}

/** Does once what every upload will need, so that a folder that cannot be written to is noticed at the start and not at the end of a file. */
async function probe(root: string, parts: string): Promise<void> {
  const from = join(parts, `probe-${process.pid}`)
  const to = join(root, STATE_FOLDER, `probe-${process.pid}`)
  try {
    const file = await open(from, 'w', 0o600)
    await file.sync().finally(() => file.close())
    await link(from, to)
  } finally {
    await removeIfThere(from)
    await removeIfThere(to)
  }
}

async function openBelow(root: string, path: readonly string[]): Promise<FileHandle | undefined> {
  try {
    const folder = await openFolder(root, path.slice(0, -1), false)
    try {
      const at = folder.at(path.at(-1) ?? '')
      // A FIFO would block when it is opened, so it must be known to be a file before.
      if (!(await lstat(at)).isFile()) return undefined
      return await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ELOOP', 'TARGET_EXISTS')) return undefined
    throw error
  }
}

function toPart(file: FileHandle): Part {
  return {
    write: (data: Buffer, offset: Offset) => writeFully(file, data, offset),
    read: (start, end) => readBlocks(file, start, end),
    sync: () => file.datasync(),
    close: () => file.close(),
  }
}

async function toStoredFile(file: FileHandle): Promise<StoredFile> {
  const { size } = await file.stat()
  return { sizeBytes: size, read: (start, end) => readBlocks(file, start, end), close: () => file.close() }
}

async function* readBlocks(file: FileHandle, start: number, end: number): AsyncGenerator<Buffer> {
  const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, Math.max(0, end - start)))
  for (let at = start; at < end; ) {
    const { bytesRead } = await file.read(block, 0, Math.min(block.length, end - at), at)
    if (bytesRead === 0) return
    yield block.subarray(0, bytesRead)
    at += bytesRead
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}
