/**
 * The soak: many random rounds, each judged by the oracle. `LONGSHORE_SEED=… LONGSHORE_ROUNDS=…` repeat and lengthen
 * it; the round numbered n has the seed plus n, so one round is repeated by its own seed and a single round.
 * `LONGSHORE_KIND=…` makes all rounds of one kind, `LONGSHORE_SIZE=short` makes them those of the tests.
 */
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KINDS, type Kind, type RoundSize, SIZES } from './plan.ts'
import { type Outcome, soakRound } from './report.ts'
import { Services } from './services.ts'

const ROUNDS = 200

const seed = wholeNumber('LONGSHORE_SEED', randomInt(2 ** 30))
const rounds = wholeNumber('LONGSHORE_ROUNDS', ROUNDS)
const kind = oneOf<Kind>('LONGSHORE_KIND', KINDS)
const size = oneOf<RoundSize>('LONGSHORE_SIZE', Object.keys(SIZES) as RoundSize[]) ?? 'whole'
const root = mkdtempSync(join(tmpdir(), 'longshore-soak-'))
const services = new Services()
const outcomes: Outcome[] = []
let isInterrupted = false
const interrupt = (): void => {
  isInterrupted = true
  say('Interrupted; the round under way is not judged.')
}
process.once('SIGINT', interrupt)
process.once('SIGTERM', interrupt)
try {
  say(`Soak of ${rounds} rounds; LONGSHORE_SEED=${seed} repeats what is drawn.`)
  for (let round = 0; round < rounds; round++) {
    const outcome = await soakRound({ seed: seed + round, size, kind, root, services })
    // Ctrl+C in a terminal reaches every process of the round.
    if (isInterrupted) break
    outcomes.push(outcome)
    say(`${round + 1}/${rounds} ${outcome.text}`)
  }
} finally {
  await services.stop()
}
const failed = outcomes.filter(({ kind }) => kind === 'failed')
const skipped = outcomes.filter(({ kind }) => kind === 'skipped')
say(`${outcomes.length} rounds: ${failed.length} failed, ${skipped.length} skipped.`)
const rules = new Map<string, number>()
for (const { violations } of failed)
  for (const rule of new Set(violations.map(({ rule }) => rule))) rules.set(rule, (rules.get(rule) ?? 0) + 1)
for (const [rule, count] of rules) say(`  ${rule}: in ${count} rounds`)
if (failed.length === 0) rmSync(root, { recursive: true, force: true })
process.exitCode = failed.length === 0 ? 0 : 1

function wholeNumber(name: string, otherwise: number): number {
  const text = process.env[name]
  if (text === undefined) return otherwise
  if (!/^\d{1,10}$/.test(text)) wrongUse(`${name} takes a whole number, got “${text}”.`)
  return Number(text)
}

function oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
  const text = process.env[name]
  const found = choices.find((choice) => choice === text)
  if (text !== undefined && found === undefined) wrongUse(`${name} takes one of ${choices.join(', ')}; got “${text}”.`)
  return found
}

function wrongUse(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
