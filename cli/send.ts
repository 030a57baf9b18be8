import { Command, Option } from 'commander'
import envPaths from 'env-paths'
import { type ConflictPolicy, createEngine } from '../main/engine/engine.ts'
import { readReceiverAddress } from '../main/engine/receiver-address.ts'
import { followUploads } from './follow-uploads.ts'
import { createBarReport } from './progress-bars.ts'
import { openSendMemory } from './send-memory.ts'
import { createJsonReport, createPathNamer } from './send-report.ts'
import { refuseUnsupported, UsageError } from './usage-error.ts'

type SendOptions = {
  readonly to: string
  readonly into?: string
  readonly conflict: ConflictPolicy
  readonly connections: number
  readonly plaintext?: true
  readonly stateDir: string
  readonly json?: true
}

/** A receiver that has not answered once is given up after this, ms: the address is wrong, or nothing runs there. */
const UNREACHABLE_GRACE_MS = 3000

const SOME_FAILED = 1
const INTERRUPTED = 130

export function sendCommand(): Command {
  return new Command('send')
    .description('Send files and folders to a receiver. The same command goes on after an interruption.')
    .argument('<path...>', 'files and folders')
    .requiredOption('--to <receiver>', 'host:port of the receiver')
    .option('--into <folder>', 'folder below the receiving folder, with / between its parts')
    .addOption(
      new Option('--conflict <policy>', 'when the name is taken')
        .choices(['keep-both', 'overwrite', 'skip-same', 'refuse'])
        .default('keep-both'),
    )
    .addOption(new Option('--connections <n>', 'connections to the receiver').argParser(wholeNumber).default(4))
    .option('--plaintext', 'without encryption')
    .addOption(
      new Option('--state-dir <dir>', 'where unfinished uploads are remembered').default(
        envPaths('longshore', { suffix: '' }).data,
        'your data folder',
      ),
    )
    .option('--json', 'one JSON object a line, for programs')
    .addOption(new Option('--limit <rate>').hideHelp())
    .addOption(new Option('--fingerprint <digest>').hideHelp())
    .addOption(new Option('--token-file <file>').hideHelp())
    .action(async (paths: string[], options: SendOptions) => {
      process.exitCode = await send(paths, options)
    })
}

async function send(paths: readonly string[], options: SendOptions): Promise<number> {
  refuseUnsupported(options, ['limit', 'fingerprint', 'tokenFile'])
  if (!options.plaintext)
    throw new UsageError('this version sends without encryption only; add --plaintext to agree to that.')
  const to = readReceiverAddress(options.to)
  if (to.kind === 'refused') throw new UsageError(`--to: ${to.message}`)
  const into = options.into?.split('/').filter((part) => part !== '') ?? []

  const report = options.json ? createJsonReport((line) => process.stdout.write(line)) : createBarReport()
  const memory = openSendMemory(options.stateDir, { to: to.address, into, paths })
  const startedAtMs = performance.now()
  try {
    const engine = await createEngine({
      resumeStore: memory.store,
      warn: report.note,
      options: { connections: options.connections, unreachableGraceMs: UNREACHABLE_GRACE_MS },
    })
    const add = { receiver: to.address, into, onConflict: options.conflict, begunBefore: memory.begunBefore }
    const outcome = await followUploads(engine, () => engine.add(paths, add), createPathNamer(paths), report)
    await engine.close()
    if (outcome === 'interrupted') {
      report.note('interrupted; the same command continues.')
      return INTERRUPTED
    }
    report.summary({ ...outcome, seconds: Math.round(performance.now() - startedAtMs) / 1000 })
    return outcome.failed === 0 ? 0 : SOME_FAILED
  } finally {
    memory.close()
  }
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 64)
    throw new UsageError(`--connections takes a whole number from 1 to 64, got “${text}”.`)
  return value
}
