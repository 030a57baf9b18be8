import { FIXED32 } from './wire-types.ts'

/** A number of up to 64 bits, text in UTF-8, or bytes. */
export type Scalar = number | bigint | string | Uint8Array

/** How long a number is that has seven bits in each byte, bytes. */
export function varintSize(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1
  return bytes
}

/** How long it is on the wire, without its tag, bytes. */
export function scalarSize(value: Scalar, wireType: number): number {
  if (wireType === FIXED32) return 4
  if (typeof value === 'number') return varintSize(value)
  if (typeof value === 'bigint') return [...sevenBits(value)].length
  const bytes = typeof value === 'string' ? Buffer.byteLength(value) : value.length
  return varintSize(bytes) + bytes
}

/** Answers where it ends. */
export function writeVarint(value: number, out: Buffer, at: number): number {
  let end = at
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) out[end++] = (rest % 128) | 128
  out[end++] = rest
  return end
}

/** Writes it behind its tag. Answers where it ends. */
export function writeScalar(value: Scalar, wireType: number, out: Buffer, at: number): number {
  if (typeof value === 'number')
    return wireType === FIXED32 ? out.writeUInt32LE(value, at) : writeVarint(value, out, at)
  if (typeof value === 'bigint') {
    const bytes = Buffer.from([...sevenBits(value)])
    return at + bytes.copy(out, at)
  }
  if (typeof value === 'string') {
    const start = writeVarint(Buffer.byteLength(value), out, at)
    return start + out.write(value, start)
  }
  const start = writeVarint(value.length, out, at)
  // Bytes that are where they belong stay there.
  if (value.buffer !== out.buffer || value.byteOffset !== out.byteOffset + start) out.set(value, start)
  return start + value.length
}

/** A number beyond 53 bits, seven bits in each byte, the lowest first. */
function* sevenBits(value: bigint): Generator<number> {
  let rest = value
  for (; rest >= 128n; rest >>= 7n) yield Number(rest & 127n) | 128
  yield Number(rest)
}
