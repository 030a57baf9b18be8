import { Command } from 'commander'
import type { DiscoverOptions } from './discover.ts'

export function discoverCommand(): Command {
  return new Command('discover')
    .description('List the receivers on the local networks, after three seconds.')
    .option('--on <interfaces>', 'only on these network interfaces, with commas between: eth0,wlan0')
    .option('--json', 'one JSON object a line, for programs')
    .addHelpText('after', '\nThey are suggestions: anybody on a network can make receivers up.')
    .action(async (options: DiscoverOptions) => {
      const { discover } = await import('./discover.ts')
      await discover(options)
    })
}
