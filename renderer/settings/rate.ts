import { LEAST_BYTES_PER_SECOND } from '../../main/contract/contract.ts'

const MEGABYTE = 1_000_000

/** What a person typed as a rate: so many bytes a second, no limit, or something else. */
export type TypedRate =
  | { readonly kind: 'rate'; readonly bytesPerSecond: number | undefined }
  | { readonly kind: 'wrong' }

/** Reads megabytes a second, with a point or a comma; nothing means no limit. */
export function readRate(typed: string): TypedRate {
  const text = typed.trim().replace(',', '.')
  if (text === '') return { kind: 'rate', bytesPerSecond: undefined }
  const bytesPerSecond = Math.round(Number(text) * MEGABYTE)
  const isRate = /^\d+(\.\d*)?$/.test(text) && bytesPerSecond >= LEAST_BYTES_PER_SECOND && bytesPerSecond < 1e15
  return isRate ? { kind: 'rate', bytesPerSecond } : { kind: 'wrong' }
}

/** A rate as it would be typed. */
export function shownRate(bytesPerSecond: number | undefined): string {
  return bytesPerSecond === undefined ? '' : String(bytesPerSecond / MEGABYTE)
}
