import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Diary } from './diary.ts'
import type { Done, Failure, Run, SenderFacts, Summary } from './evidence.ts'
import type { SenderPlan } from './plan.ts'
import { endsWithin, type Processes, type Program } from './processes.ts'
import { contentOf } from './seeded.ts'
import type { World } from './world.ts'

/** A command and the folder that it is run in. */
export type Sender = {
  readonly plan: SenderPlan
  readonly facts: SenderFacts
  /** Where relative paths begin. */
  readonly laptop: string
  /** Every run of it so far. */
  readonly runs: Run[]
  start(isAfterFaults: boolean): Sending
}

/** One process of a command. */
export type Sending = {
  readonly program: Program
  /** `done` lines so far. */
  dones(): readonly Done[]
  /** SIGKILL, SIGTERM and SIGINT are kept in the record of the run. */
  signal(name: NodeJS.Signals): void
  /** Waits for the end, at most so long, ms; then kills it, and records that it hung. */
  finish(withinMs: number): Promise<Run>
}

/** Old enough that no clock takes the files for new. */
const LONG_AGO_MS = 1_500_000_000_000

/** @param to the flags that name the receiver. */
export function createSender(
  plan: SenderPlan,
  folder: string,
  world: World,
  processes: Processes,
  to: readonly string[],
  diary: Diary,
): Sender {
  const laptop = join(folder, 'laptops', plan.name)
  const stateDir = join(folder, 'state', plan.name)
  mkdirSync(laptop, { recursive: true })
  mkdirSync(stateDir, { recursive: true })
  for (const [index, { source, bytes, contentSeed }] of plan.files.entries())
    world.create(join(laptop, source), contentOf(contentSeed, bytes), LONG_AGO_MS + index * 86_400_000)
  for (const { source } of plan.emptyFolders) mkdirSync(join(laptop, source), { recursive: true })
  const facts: SenderFacts = {
    name: plan.name,
    policy: plan.policy,
    entries: new Map(plan.files.map(({ source, targets }) => [source, { source: join(laptop, source), targets }])),
    emptyFolders: plan.emptyFolders.map(({ target }) => target),
  }
  const where = [...to, '--state-dir', stateDir, ...(plan.into === undefined ? [] : ['--into', plan.into])]
  const args = ['send', ...plan.args, ...where, '--conflict', plan.policy, '--json', ...plan.flags]
  const slowed = plan.limit === undefined ? args : [...args, '--limit', plan.limit]
  const runs: Run[] = []
  return {
    plan,
    facts,
    laptop,
    runs,
    start(isAfterFaults) {
      const number = runs.length
      diary.note(`${plan.name} begins run ${number}`)
      return startSending(processes, isAfterFaults ? args : slowed, laptop, (ran) => {
        const run = { sender: facts, number, isAfterFaults, ...ran }
        diary.note(`${plan.name} ended run ${number} with ${run.exit}, told ${run.signals.join(', ') || 'nothing'}`)
        runs.push(run)
        return run
      })
    },
  }
}

type Ran = Omit<Run, 'sender' | 'number' | 'isAfterFaults'>

function startSending(processes: Processes, args: readonly string[], cwd: string, record: (ran: Ran) => Run): Sending {
  const startedMs = performance.now()
  const program = processes.longshore(args, { cwd })
  const signals: string[] = []
  return {
    program,
    dones: () => readLines(program.lines).dones,
    signal(name) {
      if (name !== 'SIGSTOP' && name !== 'SIGCONT') signals.push(name)
      program.child.kill(name)
    },
    async finish(withinMs) {
      const hung = !(await endsWithin(program, withinMs))
      if (hung) program.child.kill('SIGKILL')
      const exit = await program.ended
      const told = readLines(program.lines)
      return record({ startedMs, endedMs: performance.now(), exit, signals, hung, stderr: program.errors(), ...told })
    },
  }
}

type Told = Pick<Run, 'dones' | 'failures' | 'summary' | 'strayLines'>

function readLines(lines: readonly string[]): Told {
  const dones: Done[] = []
  const failures: Failure[] = []
  const strayLines: string[] = []
  let summary: Summary | undefined
  for (const line of lines) {
    const event = parsed(line)
    if (event?.event === 'done') dones.push(event as unknown as Done)
    else if (event?.event === 'failed') failures.push(event as unknown as Failure)
    else if (event?.event === 'summary') summary = event as unknown as Summary
    else if (event === undefined) strayLines.push(line)
  }
  return { dones, failures, summary, strayLines }
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
