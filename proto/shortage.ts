/**
 * What a receiver has too little of, told with DISK_FULL and QUOTA where it knows: how much one upload still needs, and
 * how much is left for it, bytes. Of a quota both count every file and folder in steps of 4096.
 */
export type Shortage = { readonly neededBytes: number; readonly leftBytes: number }

/**
 * The trailers in which an error carries a {@link Shortage}, decimal digits; both or neither. Receivers of earlier
 * versions tell none.
 */
export const NEEDED_BYTES_KEY = 'x-upload-needed-bytes'
/** See {@link NEEDED_BYTES_KEY}. */
export const LEFT_BYTES_KEY = 'x-upload-left-bytes'

/** Takes over what a receiver told, or what was kept; undefined unless both are whole numbers that make sense. */
export function readShortage(neededBytes: unknown, leftBytes: unknown): Shortage | undefined {
  const [needed, left] = [readBytes(neededBytes), readBytes(leftBytes)]
  return needed === undefined || left === undefined ? undefined : { neededBytes: needed, leftBytes: left }
}

/** What an error of a receiver told with it. */
export function shortageIn(trailers: { get(key: string): readonly unknown[] } | undefined): Shortage | undefined {
  return readShortage(trailers?.get(NEEDED_BYTES_KEY)[0], trailers?.get(LEFT_BYTES_KEY)[0])
}

function readBytes(value: unknown): number | undefined {
  const bytes = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof bytes === 'number' && Number.isSafeInteger(bytes) && bytes >= 0 ? bytes : undefined
}
