import { LEAST_BYTES_PER_SECOND } from '../../main/contract/preferences.ts'
import { UsageError } from '../shared/usage-error.ts'

const factors: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

/**
 * Reads a rate as people type it: `20M` are 20 MiB a second, `1.5M` and `800K` as one would think, a number alone are
 * bytes.
 *
 * @returns bytes per second.
 * @throws UsageError for anything else, and for less than the engine keeps to.
 */
export function readRate(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)$/i.exec(text) ?? []
  if (number === '') throw new UsageError(`--limit takes a rate such as 20M, 800K or 1.5G a second, got “${text}”.`)
  const bytesPerSecond = Math.round(Number(number) * (factors[unit.toUpperCase()] ?? 1))
  if (bytesPerSecond < LEAST_BYTES_PER_SECOND) {
    throw new UsageError(`--limit takes at least ${LEAST_BYTES_PER_SECOND} bytes a second, got “${text}”.`)
  }
  return bytesPerSecond
}
