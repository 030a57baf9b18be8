import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { browse } from '../../main/discovery/discovery.ts'
import { networksFor } from '../../main/discovery/discovery-networks.ts'

/** Long enough for every receiver on a network to answer, and for a second question should the first be lost, ms. */
const LISTEN_MS = 3_000

export function discoverCommand(): Command {
  return new Command('discover')
    .description('List the receivers on the local networks, after three seconds.')
    .option('--on <interfaces>', 'only on these network interfaces, with commas between: eth0,wlan0')
    .option('--json', 'one JSON object a line, for programs')
    .addHelpText('after', '\nThey are suggestions: anybody on a network can make receivers up.')
    .action(discover)
}

async function discover({ on, json }: { readonly on?: string; readonly json?: true }): Promise<void> {
  const warn = (sentence: string) => process.stderr.write(`longshore: ${sentence}\n`)
  const browsing = browse({
    networks: networksFor(on) ?? (() => []),
    onChange: () => undefined,
    onTrouble: (cause) => warn(`cannot look for receivers: ${cause instanceof Error ? cause.message : cause}.`),
  })
  await delay(LISTEN_MS)
  const receivers = browsing.list()
  browsing.stop()
  for (const receiver of receivers) {
    const line = json ? JSON.stringify({ event: 'found', ...receiver }) : `${receiver.address}\t${receiver.name}`
    process.stdout.write(`${line}\n`)
  }
  if (receivers.length === 0 && !json) warn('no receiver was found; one listens on a network with --host 0.0.0.0.')
}
