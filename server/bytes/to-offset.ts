import type { FileHandle } from 'node:fs/promises'
import type { ReceiverReason } from '../../proto/reasons.ts'
import { ReceiveError } from '../base/errors.ts'

/** A position in a file, bytes from its start, that was checked to be a whole number from 0 to 2^53 - 1. */
export type Offset = number & { readonly checked: unique symbol }

/**
 * Reads an int64 as the wire gives it: canonical decimal text. Node writes at the *current* position, without an error,
 * when it is handed a position it does not understand, so nothing else may become an {@link Offset}.
 *
 * @throws ReceiveError with the given reason for anything but canonical decimal text from 0 to 2^53 - 1.
 */
export function toOffset(text: string, reason: ReceiverReason = 'BAD_OFFSET'): Offset {
  const value = Number(text)
  if (typeof text !== 'string' || !/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(value)) {
    throw new ReceiveError(
      reason,
      `Expected a whole number from 0 to 2^53 - 1, got ${JSON.stringify(String(text)).slice(0, 40)}.`,
    )
  }
  return value as Offset
}

/**
 * The position so many bytes after another one. Throws a RangeError when that is past 2^53 - 1 or before the start of
 * the file.
 */
export function offsetAfter(offset: Offset | 0, bytes: number): Offset {
  const sum = offset + bytes
  if (!Number.isSafeInteger(sum) || sum < 0) throw new RangeError(`Not a file position: ${offset} + ${bytes}`)
  return sum as Offset
}

/**
 * Writes all of the data at the offset. The only positioned write in the receiver. A disk that is nearly full takes a
 * part of the data and reports no error until the next call, so this goes on until every byte is taken or an error
 * comes.
 */
export async function writeFully(file: FileHandle, data: Buffer, offset: Offset): Promise<void> {
  let written = 0
  while (written < data.length) {
    const { bytesWritten } = await file.write(data, written, data.length - written, offsetAfter(offset, written))
    if (bytesWritten === 0) throw new ReceiveError('DISK_FULL', 'The disk took no more bytes and gave no reason.')
    written += bytesWritten
  }
}
