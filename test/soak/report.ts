import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { judge } from './oracle/oracle.ts'
import type { Violation } from './oracle/violation.ts'
import { drawPlan, type Kind, type RoundPlan, type RoundSize } from './plan.ts'
import { type Played, playRound } from './round.ts'
import { createRandom } from './seeded.ts'
import { missingFor, type Services } from './services.ts'

export type Outcome = {
  readonly kind: 'passed' | 'failed' | 'skipped'
  readonly violations: readonly Violation[]
  /** For people; of a failure, how to repeat it and where its folder is. */
  readonly text: string
}

export type RoundWish = {
  readonly seed: number
  readonly size: RoundSize
  /** Drawn from the seed when it is not given. */
  readonly kind: Kind | undefined
  /** Where the round gets a folder of its own, which stays when it fails. */
  readonly root: string
  readonly services: Services
}

/** At most so many violations are printed; all are in the folder. */
const MOST_SHOWN = 8

/** Draws, plays and judges one round. */
export async function soakRound({ seed, size, kind, root, services }: RoundWish): Promise<Outcome> {
  const plan = drawPlan(seed, createRandom(seed), size, kind)
  const missing = missingFor(plan.kind)
  if (missing !== undefined) {
    const text = `${title(plan)}: skipped, ${missing} is not there`
    return { kind: 'skipped', violations: [], text }
  }
  const folder = join(root, String(seed))
  mkdirSync(folder)
  const startedMs = performance.now()
  const { violations, ...known } = await played(plan, services, folder)
  const took = `${((performance.now() - startedMs) / 1000).toFixed(1)} s`
  if (violations.length === 0) {
    rmSync(folder, { recursive: true, force: true })
    return { kind: 'passed', violations, text: `${title(plan)}: ${took}, ${known.evidence?.runs.length ?? 0} runs` }
  }
  writeFileSync(join(folder, 'evidence.json'), JSON.stringify({ plan, violations, ...known }, plainly, 1))
  const more = violations.length - MOST_SHOWN
  const lines = [
    `${title(plan)}: FAILED after ${took}`,
    ...violations.slice(0, MOST_SHOWN).map(({ rule, what }) => `    ${rule}: ${what}`),
    ...(more > 0 ? [`    and ${more} more`] : []),
    `    again:  ${again(seed, size, kind)}`,
    `    folder: ${folder}`,
  ]
  return { kind: 'failed', violations, text: lines.join('\n') }
}

type Judged = Partial<Played> & { readonly violations: readonly Violation[] }

/** A round that could not be played to its end is a failure too: something did not start or not answer. */
async function played(plan: RoundPlan, services: Services, folder: string): Promise<Judged> {
  try {
    const known = await playRound(plan, services, folder)
    return { violations: judge(known.evidence), ...known }
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { violations: [{ rule: 'ending', what: `the round could not be played to its end: ${what}` }] }
  }
}

/** What plays exactly this round; what happens when is left to the machine. */
function again(seed: number, size: RoundSize, kind: Kind | undefined): string {
  const ofKind = kind === undefined ? '' : ` LONGSHORE_KIND='${kind}'`
  const ofSize = size === 'whole' ? '' : ` LONGSHORE_SIZE=${size}`
  return `LONGSHORE_SEED=${seed} LONGSHORE_ROUNDS=1${ofKind}${ofSize} npm run test:soak`
}

function title({ seed, kind, senders, hasProxy, receiverFaults }: RoundPlan): string {
  const troubles = `${hasProxy ? ', proxy' : ''}${receiverFaults > 0 ? `, ${receiverFaults} receiver faults` : ''}`
  return `seed ${seed} ${kind}, ${senders.length} senders${troubles}`
}

/** Maps as objects, so that a person can read them. */
function plainly(_: string, value: unknown): unknown {
  return value instanceof Map ? Object.fromEntries(value) : value
}
