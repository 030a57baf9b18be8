import { randomInt } from 'node:crypto'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where all chance of the fault suite comes from. */
    faultSeed: number
  }
}

/** Chooses the seed of one run of the fault suite and says how to repeat it. */
export function setup(project: TestProject): void {
  const faultSeed = Number(process.env.LONGSHORE_SEED ?? randomInt(2 ** 31))
  if (!Number.isSafeInteger(faultSeed)) {
    throw new Error(`LONGSHORE_SEED takes a whole number, got “${process.env.LONGSHORE_SEED}”.`)
  }
  project.provide('faultSeed', faultSeed)
  const size = process.env.LONGSHORE_FAULTS === 'full' ? 'full' : 'short'
  process.stdout.write(`Faults, ${size} run; LONGSHORE_SEED=${faultSeed} repeats its random moments.\n`)
}
