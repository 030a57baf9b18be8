import { randomInt } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { UploadError } from '../../main/engine/base/errors.ts'
import { chooseReceiver, type ReceiverChoice } from '../pair/receiver-choice.ts'
import type { TrustOptions } from '../pair/trust-options.ts'
import { UsageError } from '../shared/usage-error.ts'
import { checkChaos } from './chaos.ts'
import { type Checks, createChecks } from './checks.ts'
import { checkFolder } from './folder.ts'
import { checkLink } from './link.ts'
import { MAX_SEED } from './random.ts'
import { jsonSelftestReport, type SelftestReport, spokenSelftestReport } from './report.ts'
import { checkTransfer } from './transfer.ts'

/** What `selftest` was asked for. */
export type SelftestOptions = Omit<TrustOptions, 'to'> & {
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

/** Looks at what was asked for; resolves with the exit status. */
export async function selftest(options: SelftestOptions): Promise<number> {
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
