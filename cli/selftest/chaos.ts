import { tmpdir } from 'node:os'
import type { Checks } from './checks.ts'
import { createRandom } from './random.ts'
import { type StartMortalReceiver, startReceiverProcess } from './receiver.ts'
import { playRound } from './round.ts'
import { withScratch } from './scratch.ts'

export type ChaosOptions = {
  /** Decides every chance of every round. */
  readonly seed: number
  /** How many rounds. @default as many as begin in time */
  readonly rounds?: number
  /** No round begins after this, but the first. @default 60, or no limit when `rounds` is given */
  readonly seconds?: number
}

const DEFAULT_SECONDS = 60

/**
 * Sends files round after round while connections break and the receiver is killed, and checks after each that
 * everything arrived and nothing else.
 */
export async function checkChaos(
  { seed, rounds = Number.POSITIVE_INFINITY, seconds }: ChaosOptions,
  checks: Checks,
  signal: AbortSignal,
  start: StartMortalReceiver = startReceiverProcess,
): Promise<void> {
  const limitSeconds = seconds ?? (Number.isFinite(rounds) ? Number.POSITIVE_INFINITY : DEFAULT_SECONDS)
  const startedAtMs = performance.now()
  await withScratch(tmpdir(), async (scratch) => {
    for (let round = 1; round <= rounds; round++) {
      if (round > 1 && (performance.now() - startedAtMs) / 1000 >= limitSeconds) break
      const random = createRandom(seed + round)
      await checks.run(`round ${round}`, () => playRound({ number: round, random, scratch, start }, signal))
    }
  })
}
