import { Command } from 'commander'
import { addTrustOptions } from '../pair/trust-options.ts'
import { stateDirOption } from '../shared/state-dir.ts'
import { UsageError } from '../shared/usage-error.ts'
import { MAX_SEED } from './random.ts'
import type { SelftestOptions } from './selftest.ts'

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
      const { selftest } = await import('./selftest.ts')
      process.exitCode = await selftest(options)
    })
}

function wholeNumber(flag: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least && value <= most) return value
    throw new UsageError(`${flag} takes a whole number from ${least} to ${most}, got “${text}”.`)
  }
}
