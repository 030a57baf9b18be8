import { type FileHandle, mkdir, open, readdir, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'

const BLOCK_BYTES = 1024 * 1024

/** FAT keeps times in steps of this, ms; no file system in use is coarser. */
export const COARSEST_TIME_MS = 2000

/**
 * An arbitrary time in the past (2001-09-09), so that a file that got today's time instead is noticed; ms since 1970.
 */
const LONG_AGO_MS = 1_000_000_000_000

/**
 * Writes a file whose content differs at every place and for every seed, with a time long ago. Every byte has its
 * highest bit set, which tells file content from everything else on the wire.
 */
export async function makeFile(path: string, sizeBytes: number, seed: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'wx')
  try {
    const noise = createNoise(seed)
    for (let written = 0; written < sizeBytes; written += BLOCK_BYTES) {
      await file.appendFile(noise().subarray(0, Math.min(BLOCK_BYTES, sizeBytes - written)))
    }
    const modifiedAt = new Date(LONG_AGO_MS + (seed % 1_000_000) * 1000)
    await file.utimes(modifiedAt, modifiedAt)
  } finally {
    await file.close()
  }
}

/** The next block of noise (xorshift32), with every highest bit set. The block is the same memory each time. */
export function createNoise(seed: number): () => Buffer {
  const words = new Uint32Array(BLOCK_BYTES / 4)
  let state = Math.imul(seed, 2_654_435_761) || 1
  return () => {
    for (let i = 0; i < words.length; i++) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      words[i] = state | 0x8080_8080
    }
    return Buffer.from(words.buffer)
  }
}

/**
 * How the folder that was received into differs from the one that was sent, each told without a full stop. The folder
 * `own`, at the top, is the receiver's and no difference.
 */
export async function differences(sent: string, received: string, own: string): Promise<readonly string[]> {
  const [wanted, found] = await Promise.all([contentOf(sent), contentOf(received, own)])
  const sentences = [...found].filter((path) => !wanted.has(path)).map((path) => `${path} is there and was never sent`)
  for (const path of wanted) {
    if (!found.has(path)) sentences.push(`${path} is missing`)
    else if (!path.endsWith('/')) sentences.push(...(await differenceOf(path, join(sent, path), join(received, path))))
  }
  return sentences
}

/** Relative paths of everything in a folder, `/` between their parts; those of folders end in `/`. */
async function contentOf(folder: string, own?: string): Promise<Set<string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.map((entry) => {
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/')
    return entry.isDirectory() ? `${path}/` : path
  })
  return new Set(paths.filter((path) => own === undefined || path.split('/')[0] !== own))
}

async function differenceOf(path: string, sentFile: string, receivedFile: string): Promise<string[]> {
  const at = await firstDifference(sentFile, receivedFile)
  if (at !== undefined) return [`${path} differs from byte ${at} on`]
  const [sent, received] = await Promise.all([stat(sentFile), stat(receivedFile)])
  const kept = Math.abs(sent.mtimeMs - received.mtimeMs) <= COARSEST_TIME_MS
  return kept ? [] : [`${path} did not keep its modification time`]
}

/** Where two files begin to differ, bytes from their start; undefined when they are the same. */
async function firstDifference(onePath: string, otherPath: string): Promise<number | undefined> {
  const [one, other] = await Promise.all([open(onePath), open(otherPath)])
  try {
    const blocks = [Buffer.alloc(BLOCK_BYTES), Buffer.alloc(BLOCK_BYTES)] as const
    for (let at = 0; ; ) {
      const [oneBlock, otherBlock] = await Promise.all([readBlock(one, blocks[0], at), readBlock(other, blocks[1], at)])
      if (!oneBlock.equals(otherBlock)) return at + indexOfDifference(oneBlock, otherBlock)
      if (oneBlock.length === 0) return undefined
      at += oneBlock.length
    }
  } finally {
    await Promise.all([one.close(), other.close()])
  }
}

/** Fills the block as far as the file reaches: one read may bring less than is there. */
async function readBlock(file: FileHandle, block: Buffer, at: number): Promise<Buffer> {
  let filled = 0
  while (filled < block.length) {
    const { bytesRead } = await file.read(block, filled, block.length - filled, at + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return block.subarray(0, filled)
}

function indexOfDifference(one: Buffer, other: Buffer): number {
  const index = one.findIndex((byte, i) => byte !== other[i])
  return index === -1 ? one.length : index
}
