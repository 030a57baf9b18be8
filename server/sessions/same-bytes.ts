import type { ChunkStore } from '../store/chunk-store.ts'

/** What is compared at once, bytes. */
const COMPARE_BYTES = 1024 * 1024

type Read = (start: number, end: number) => AsyncIterable<Buffer>

/** Whether the file that is stored at a path has these very bytes; digests of two files may be equal where the files are not. */
export async function isStoredAt(
  store: Pick<ChunkStore, 'openPublished'>,
  path: readonly string[],
  sizeBytes: number,
  read: Read,
): Promise<boolean> {
  const file = await store.openPublished(path)
  if (file === undefined) return false
  try {
    if (file.sizeBytes !== sizeBytes) return false
    for (let start = 0; start < sizeBytes; start += COMPARE_BYTES) {
      const end = Math.min(start + COMPARE_BYTES, sizeBytes)
      const stored = await bytesOf(file.read(start, end))
      if (stored.length !== end - start || !stored.equals(await bytesOf(read(start, end)))) return false
    }
    return true
  } finally {
    await file.close()
  }
}

async function bytesOf(blocks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const block of blocks) all.push(Buffer.from(block))
  return Buffer.concat(all)
}
