import { printable } from '../../server/base/printable.ts'
import { formatSeconds } from '../shared/format.ts'

/** One thing that was looked at. `name` is stable, `detail` is a sentence for people. */
export type Check = { readonly name: string; readonly ok: boolean; readonly detail: string }

/** Where a selftest tells what it found: people or a program. */
export type SelftestReport = {
  /** The seed that repeats the same random numbers. */
  seed(seed: number): void
  check(check: Check): void
  /** Names every check that found a problem; an empty list is a good end. */
  verdict(names: { readonly checked: number; readonly failed: readonly string[] }, seconds: number): void
}

/** One JSON object a line. */
export function jsonSelftestReport(print: (line: string) => void): SelftestReport {
  const event = (fields: object): void => print(`${JSON.stringify(fields)}\n`)
  return {
    seed: (seed) => event({ event: 'seed', seed }),
    check: (check) => event({ event: 'check', ...check }),
    verdict: ({ failed }, seconds) => event({ event: 'verdict', ok: failed.length === 0, failed, seconds }),
  }
}

/** Short sentences. */
export function spokenSelftestReport(print: (line: string) => void): SelftestReport {
  const say = (text: string): void => print(`${printable(text)}\n`)
  return {
    seed: (seed) => say(`The seed is ${seed}; --seed ${seed} lets the same things go wrong again.`),
    check: ({ name, ok, detail }) => say(`${ok ? '✓' : '✗'} ${name}: ${detail}`),
    verdict({ checked, failed }, seconds) {
      const time = formatSeconds(seconds)
      if (failed.length === 0) say(`All is well: ${checked} ${checked === 1 ? 'check' : 'checks'} in ${time}.`)
      else say(`${failed.length} of ${checked} checks found problems: ${failed.join(', ')}. It took ${time}.`)
    },
  }
}
