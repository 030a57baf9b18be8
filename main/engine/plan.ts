export type ByteSpan = { readonly start: number; readonly end: number }

/** One chunk of the file: bytes from `start` up to, not including, `end`; `stored` when the receiver has it already. */
export type PlannedChunk = ByteSpan & { readonly stored: boolean }

/**
 * Every chunk of a file of `sizeBytes`, in file order. `storedSpans` are merged and ascending, as the receiver answers them; a chunk counts as stored
 * only when it lies wholly inside one of them.
 */
export function* plannedChunks(
  sizeBytes: number,
  chunkBytes: number,
  storedSpans: readonly ByteSpan[],
): Generator<PlannedChunk> {
  let next = 0
  for (let start = 0; start < sizeBytes; start += chunkBytes) {
    const end = Math.min(start + chunkBytes, sizeBytes)
    while (next < storedSpans.length && (storedSpans[next]?.end ?? 0) <= start) next += 1
    const span = storedSpans[next]
    yield { start, end, stored: span !== undefined && span.start <= start && span.end >= end }
  }
}

/** How many bytes of the file the planned chunks count as stored. */
export function storedBytes(sizeBytes: number, chunkBytes: number, storedSpans: readonly ByteSpan[]): number {
  let bytes = 0
  for (const chunk of plannedChunks(sizeBytes, chunkBytes, storedSpans))
    if (chunk.stored) bytes += chunk.end - chunk.start
  return bytes
}
