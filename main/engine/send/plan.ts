export type ByteSpan = { readonly start: number; readonly end: number }

/** One chunk of the file: bytes from `start` up to, not including, `end`; `stored` when the receiver has it already. */
export type PlannedChunk = ByteSpan & { readonly stored: boolean }

/**
 * How a file is cut: chunks begin and end at multiples of `gridBytes`, but for the end of the file, and are at most as
 * long as `chunkBytes` says.
 */
export type Cut = {
  readonly gridBytes: number
  /** Asked before each chunk, so that it may change on the way; a multiple of `gridBytes`. */
  readonly chunkBytes: () => number
}

/**
 * Every chunk of a file of `sizeBytes`, in file order. `storedSpans` are merged and ascending, as the receiver answers
 * them; what does not fill a part of the grid counts as not stored. No chunk is partly stored.
 */
export function* plannedChunks(
  sizeBytes: number,
  { gridBytes, chunkBytes }: Cut,
  storedSpans: readonly ByteSpan[],
): Generator<PlannedChunk> {
  const spans = onGrid(sizeBytes, gridBytes, storedSpans)
  let next = 0
  for (let start = 0; start < sizeBytes; ) {
    while ((spans[next]?.end ?? sizeBytes) <= start) next += 1
    const span = spans[next]
    const stored = span !== undefined && span.start <= start
    const border = stored ? span.end : (span?.start ?? sizeBytes)
    const end = Math.min(start + chunkBytes(), border)
    yield { start, end, stored }
    start = end
  }
}

/** How many bytes of the file count as stored on a grid of `gridBytes`. */
export function storedBytes(sizeBytes: number, gridBytes: number, storedSpans: readonly ByteSpan[]): number {
  return onGrid(sizeBytes, gridBytes, storedSpans).reduce((bytes, { start, end }) => bytes + end - start, 0)
}

/** The parts of spans that fill the grid. */
function onGrid(sizeBytes: number, gridBytes: number, spans: readonly ByteSpan[]): ByteSpan[] {
  return spans
    .map(({ start, end }) => ({
      start: Math.ceil(start / gridBytes) * gridBytes,
      end: end >= sizeBytes ? sizeBytes : Math.floor(end / gridBytes) * gridBytes,
    }))
    .filter(({ start, end }) => start < end)
}
