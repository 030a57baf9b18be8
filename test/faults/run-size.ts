import { inject } from 'vitest'

/** Whether everything is asked for: LONGSHORE_FAULTS=full takes most of an hour, the short run two minutes. */
export const isFullRun = process.env.LONGSHORE_FAULTS === 'full'

/** As many rounds, bytes or seconds as this run has time for. */
export function sizeOf<Size extends number | string>(sizes: { readonly short: Size; readonly full: Size }): Size {
  return isFullRun ? sizes.full : sizes.short
}

/** Chance that comes out the same for the same LONGSHORE_SEED and name, whatever else runs. */
export type Chance = {
  /** A number from 0 up to, not including, 1. */
  next(): number
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
}

export function chanceFor(name: string): Chance {
  let state = inject('faultSeed')
  for (const character of name) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 0x01_00_01_93)
  // Mulberry32: small, and even enough to spread moments.
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return { next, below: (limit) => Math.floor(next() * limit) }
}
