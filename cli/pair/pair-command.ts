import { hostname } from 'node:os'
import { Command, Option } from 'commander'
import { MAX_DEVICE_NAME_CHARACTERS } from '../../proto/limits.ts'
import { stateDirOption } from '../shared/state-dir.ts'
import type { PairOptions } from './pair.ts'

export function pairCommand(): Command {
  return new Command('pair')
    .description('Make this computer known to a receiver, with the code that the receiver shows.')
    .argument('[receiver]', 'host:port, or a pairing link without its code (asked for otherwise)')
    .option('--name <name>', 'what to call the receiver (default: what it calls itself)')
    .addOption(
      new Option('--device-name <name>', 'what the receiver shall call this computer').default(
        [...hostname()].slice(0, MAX_DEVICE_NAME_CHARACTERS).join('') || 'computer',
        'its host name',
      ),
    )
    .option('--ca <authority>', 'trust what certificate authorities vouch for: “system”, or a file of theirs')
    .option('--list', 'show the paired receivers')
    .option('--forget <name>', 'forget a paired receiver')
    .addOption(stateDirOption())
    .addHelpText(
      'after',
      '\nThe code, or a whole pairing link, is read from standard input, or from LONGSHORE_PAIR_CODE; never from the command line.' +
        '\nExit status: 0 paired, 1 the receiver refused or cannot be reached, 2 wrong use.',
    )
    .action(async (receiver: string | undefined, options: PairOptions) => {
      const { runPair } = await import('./pair.ts')
      process.exitCode = await runPair(receiver, options)
    })
}
