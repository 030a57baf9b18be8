import { Command, Option } from 'commander'
import { digestKinds } from '../../proto/digests.ts'
import { addTrustOptions } from '../pair/trust-options.ts'
import { stateDirOption } from '../shared/state-dir.ts'
import { UsageError } from '../shared/usage-error.ts'
import { readRate } from './rate.ts'
import type { SendOptions } from './send.ts'

export function sendCommand(): Command {
  const command = new Command('send')
    .description('Send files and folders to a receiver. The same command goes on after an interruption.')
    .argument('<path...>', 'files and folders')
    .requiredOption('--to <receiver>', 'a paired receiver: its name, host:port or pairing link')
    .option('--into <folder>', 'folder below the receiving folder, with / between its parts')
    .addOption(
      new Option('--conflict <policy>', 'when the name is taken')
        .choices(['keep-both', 'overwrite', 'skip-same', 'refuse'])
        .default('keep-both'),
    )
    .addOption(new Option('--connections <n>', 'connections to the receiver').argParser(wholeNumber).default(4))
    .addOption(new Option('--limit <rate>', 'most to send in a second, such as 20M, 800K').argParser(readRate))
    .addOption(
      new Option(
        '--digest <kind>',
        'what files are verified by; by default what the receiver wants, md5 where it knows nothing else',
      ).choices(digestKinds),
    )
    .addOption(stateDirOption())
    .option('--json', 'one JSON object a line, for programs')
    .addHelpText(
      'after',
      '\nLinks, pipes and devices in a folder, and private state of Longshore, are left out and told; named themselves, pipes, devices and such state fail, and so does a folder in which everything is left out.' +
        '\nLines of --json: progress, done, failed, skipped (left out), summary.',
    )
  return addTrustOptions(command).action(async (paths: string[], options: SendOptions) => {
    const { send } = await import('./send.ts')
    process.exitCode = await send(paths, options)
  })
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 64)
    throw new UsageError(`--connections takes a whole number from 1 to 64, got “${text}”.`)
  return value
}
