import { randomInt } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { Command } from 'commander'
import { UploadError } from '../../main/engine/base/errors.ts'
import { addTrustOptions, chooseReceiver, type ReceiverChoice, type TrustOptions } from '../pair/receiver-choice.ts'
import { stateDirOption } from '../shared/state-dir.ts'
import { UsageError } from '../shared/usage-error.ts'
import { checkChaos } from './chaos.ts'
import { type Checks, createChecks } from './checks.ts'
import { checkFolder } from './folder.ts'
import { checkLink } from './link.ts'
import { jsonSelftestReport, type SelftestReport, spokenSelftestReport } from './report.ts'
import { checkTransfer } from './transfer.ts'

type SelftestOptions = Omit<TrustOptions, 'to'> & {
  readonly dir?: string
  readonly to?: string
  readonly chaos?: true
  readonly seed?: number
  readonly rounds?: number
  readonly seconds?: number
  readonly json?: true
}

/** Looks at one part of the setup. */
type Look = (checks: Checks, report: SelftestReport, signal: AbortSignal) => Promise<void>

const PROBLEMS_FOUND = 1
const INTERRUPTED = 130
const MAX_SEED = 2 ** 32 - 1
const SECONDS_PER_DAY = 86_400

export function selftestCommand(): Command {
  const command = new Command('selftest')
    .description(
      'Tell whether a folder, a network or this computer keeps what Longshore promises. Leaves nothing behind.',
    )
    .option('--dir <dir>', 'check a receiving folder: what its file system does, and a receiver in it')
    .option('--to <receiver>', 'check the way to a receiver: how fast it is, and what limits it')
    .option('--chaos', 'send files while connections break and the receiver is killed, and compare them')
    .option('--seed <n>', 'with --chaos: repeat a run by its seed', wholeNumber('--seed', 0, MAX_SEED))
    .option('--rounds <n>', 'with --chaos: how many rounds', wholeNumber('--rounds', 1, 1_000_000))
    .option(
      '--seconds <n>',
      'with --chaos: begin no round after this (default: 60)',
      wholeNumber('--seconds', 1, SECONDS_PER_DAY),
    )
    .option('--json', 'one JSON object a line, for programs')
    .addHelpText('after', '\nExit status: 0 all is well, 1 problems found, 2 wrong use, 130 interrupted.')
  return addTrustOptions(command)
    .addOption(stateDirOption())
    .action(async (options: SelftestOptions) => {
      process.exitCode = await selftest(options)
    })
}

async function selftest(options: SelftestOptions): Promise<number> {
  const look = await lookFor(options)
  const print = (line: string): void => void process.stdout.write(line)
  const report = options.json ? jsonSelftestReport(print) : spokenSelftestReport(print)
  const { signal, ignore } = listenForInterruption()
  try {
    const checks = createChecks(report, signal)
    await look(checks, report, signal)
    signal.throwIfAborted()
    return checks.verdict() ? 0 : PROBLEMS_FOUND
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error
    process.stderr.write('longshore: interrupted; nothing of the test is left behind.\n')
    return INTERRUPTED
  } finally {
    ignore()
  }
}

/** What the command line asks to look at. Throws UsageError when that makes no sense. */
async function lookFor(options: SelftestOptions): Promise<Look> {
  const { dir, to, chaos, seed, rounds, seconds } = options
  if ([dir, to, chaos].filter((use) => use !== undefined).length !== 1) {
    throw new UsageError('selftest takes one of --dir, --to and --chaos.')
  }
  const trust = (['plaintext', 'fingerprint', 'ca', 'tokenFile'] as const).find((name) => options[name] !== undefined)
  if (to === undefined && trust)
    throw new UsageError(`--${trust === 'tokenFile' ? 'token-file' : trust} belongs to --to.`)
  if (chaos === undefined && [seed, rounds, seconds].some((value) => value !== undefined)) {
    throw new UsageError('--seed, --rounds and --seconds belong to --chaos.')
  }
  if (dir !== undefined) return lookAtFolder(dir)
  if (to !== undefined) return lookAtLink({ ...options, to })
  return lookAtChaos(seed ?? randomInt(MAX_SEED + 1), rounds, seconds)
}

async function lookAtFolder(directory: string): Promise<Look> {
  const found = await stat(directory).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error)
    throw new UsageError(`--dir: cannot look at ${directory} (${found.code}).`, { cause: found })
  if (!found.isDirectory()) throw new UsageError(`--dir: ${directory} is not a folder.`)
  return async (checks, _report, signal) => {
    const { roomy } = await checkFolder(directory, checks)
    if (roomy) await checkTransfer(directory, checks, signal)
  }
}

function lookAtLink(options: TrustOptions): Look {
  return async (checks, _report, signal) => {
    const warn = (message: string): void => void process.stderr.write(`longshore: ${message}\n`)
    const choice = await chooseReceiver(options, warn).catch((error: Error): ReceiverChoice | Error => error)
    if (choice instanceof UploadError) await checks.run('reachable', () => Promise.reject(choice))
    else if (choice instanceof Error) throw choice
    else await checkLink(choice.route, checks, signal)
  }
}

function lookAtChaos(seed: number, rounds: number | undefined, seconds: number | undefined): Look {
  return async (checks, report, signal) => {
    report.seed(seed)
    const limits = { ...(rounds === undefined ? {} : { rounds }), ...(seconds === undefined ? {} : { seconds }) }
    await checkChaos({ seed, ...limits }, checks, signal)
  }
}

/**
 * A signal that aborts when the person, the system or a closed terminal ends the program, or nobody reads what it
 * prints.
 */
function listenForInterruption(): { readonly signal: AbortSignal; ignore(): void } {
  const interruption = new AbortController()
  const interrupt = (): void => interruption.abort(new Error('Interrupted.'))
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== 'EPIPE') throw error
    interrupt()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of signals) process.on(name, interrupt)
  process.stdout.on('error', onOutputError)
  return {
    signal: interruption.signal,
    ignore() {
      for (const name of signals) process.off(name, interrupt)
      process.stdout.off('error', onOutputError)
    },
  }
}

function wholeNumber(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new UsageError(`${flag} takes a whole number from ${least} to ${most}, got “${text}”.`)
  }
}
