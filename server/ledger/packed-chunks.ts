import type { ChunkRecord } from './ledger.ts'

/**
 * Chunks that begin within one stretch of a file of this many bytes are kept together. Of four ways to keep 1,000,000
 * chunks this one is small and finds one chunk at once; docs/decisions/receiver/0016-cluster.md has the figures,
 * `npx tsx bench/redis-chunks.ts` measures them.
 */
const STRETCH_BYTES = 8 * 1024 ** 2

/** One chunk: its start within the stretch, its length and its CRC-32, four bytes each, big-endian. */
const RECORD_BYTES = 12

/** Names the stretch in which a chunk begins. */
export function stretchOf(start: number): string {
  return String(Math.floor(start / STRETCH_BYTES))
}

/** A chunk as it is kept in its stretch. */
function packed({ start, end, crc32 }: ChunkRecord): Buffer {
  const record = Buffer.alloc(RECORD_BYTES)
  record.writeUInt32BE(start % STRETCH_BYTES, 0)
  record.writeUInt32BE(end - start, 4)
  record.writeUInt32BE(crc32, 8)
  return record
}

/** Chunks as they are kept, in the order in which they are given, by the stretch that they begin in. */
export function packedByStretch(chunks: readonly ChunkRecord[]): ReadonlyMap<string, Buffer> {
  const records = new Map<string, Buffer[]>()
  for (const chunk of chunks) {
    const stretch = stretchOf(chunk.start)
    const others = records.get(stretch)
    if (others === undefined) records.set(stretch, [packed(chunk)])
    else others.push(packed(chunk))
  }
  return new Map([...records].map(([stretch, some]) => [stretch, Buffer.concat(some)]))
}

/**
 * The chunks of a stretch, ascending. When several begin at the same offset, the one that was added last counts. An
 * incomplete record is passed over.
 */
export function unpacked(stretch: string, records: Buffer): ChunkRecord[] {
  const origin = Number(stretch) * STRETCH_BYTES
  const chunks = new Map<number, ChunkRecord>()
  for (let at = 0; at + RECORD_BYTES <= records.length; at += RECORD_BYTES) {
    const start = origin + records.readUInt32BE(at)
    chunks.set(start, { start, end: start + records.readUInt32BE(at + 4), crc32: records.readUInt32BE(at + 8) })
  }
  return [...chunks.values()].sort((one, other) => one.start - other.start)
}

/** The chunks of a stretch without those that begin at some places; undefined when none is left. */
export function withoutStarts(stretch: string, records: Buffer, starts: ReadonlySet<number>): Buffer | undefined {
  const left = unpacked(stretch, records).filter(({ start }) => !starts.has(start))
  return left.length === 0 ? undefined : Buffer.concat(left.map(packed))
}
