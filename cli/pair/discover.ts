import { setTimeout as delay } from 'node:timers/promises'
import { browse } from '../../main/discovery/discovery.ts'
import { networksFor } from '../../main/discovery/discovery-networks.ts'

/** What `discover` was asked for. */
export type DiscoverOptions = { readonly on?: string; readonly json?: true }

/** Long enough for every receiver on a network to answer, and for a second question should the first be lost, ms. */
const LISTEN_MS = 3_000

/** Tells which receivers are heard of. */
export async function discover({ on, json }: DiscoverOptions): Promise<void> {
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
