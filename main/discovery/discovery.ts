import { isDeepStrictEqual } from 'node:util'
import type { Packet } from 'dns-packet'
import { SERVICE_TYPE } from '../../proto/discovery.ts'
import { openMulticast } from '../../proto/multicast.ts'
import { type Network, outsideNetworks } from '../../proto/network.ts'
import type { FoundReceiver } from '../contract/receivers.ts'
import { createFoundReceivers } from './found-receivers.ts'
import { readSightings } from './receiver-sightings.ts'

export type BrowseOptions = {
  /** Told the whole list, by name, after it changed; at most five times a second. */
  readonly onChange: (receivers: readonly FoundReceiver[]) => void
  /** Called at most once, when nobody can be found although there are networks. */
  readonly onTrouble?: (cause: unknown) => void
  /** The networks of this machine, now. @default all but the loopback */
  readonly networks?: () => readonly Network[]
  /** @default the port of multicast DNS */
  readonly multicastPort?: number
  /** Milliseconds, any origin. @default performance.now */
  readonly now?: () => number
}

export type Browsing = {
  list(): readonly FoundReceiver[]
  /** Asks everybody at once: for a computer that woke up. */
  lookAgain(): void
  stop(): void
}

/** The first questions follow each other at twice the time before, ms, up to the longest (RFC 6762, 5.2). */
const ASK_AGAIN_MS = { first: 1_000, longest: 3_600_000 }
/** How often it is looked whether something is over or to be asked again, ms. */
const TICK_MS = 1_000
/** Answers of a whole network come in a burst; a flood of made-up ones must not keep the window busy. */
const TELL_EVERY_MS = 200
/** Between two questions, ms, however much there is to ask. */
const ASK_EVERY_MS = 5_000

const QUESTION: Packet = { type: 'query', questions: [{ type: 'PTR', name: SERVICE_TYPE }] }

/**
 * Looks for receivers on the local networks until it is stopped. What it finds are suggestions: any machine on a
 * network can invent receivers. So what is heard is checked and bounded, and the identity of a receiver has to be found
 * out in another way. Never throws.
 */
export function browse(options: BrowseOptions): Browsing {
  const { onChange, onTrouble = () => undefined, networks = outsideNetworks, now = () => performance.now() } = options
  const found = createFoundReceivers()
  let told: readonly FoundReceiver[] = []
  let telling: NodeJS.Timeout | undefined
  let askedMs = Number.NEGATIVE_INFINITY
  let waitMs = ASK_AGAIN_MS.first

  function tellSoon(): void {
    telling ??= setTimeout(() => {
      telling = undefined
      const list = found.list()
      if (isDeepStrictEqual(list, told)) return
      told = list
      onChange(list)
    }, TELL_EVERY_MS).unref()
  }

  function ask(): void {
    askedMs = now()
    void multicast.send(() => QUESTION)
  }

  function tick(): void {
    const nowMs = now()
    found.expire(nowMs)
    tellSoon()
    if (nowMs - askedMs >= waitMs) {
      waitMs = Math.min(2 * waitMs, ASK_AGAIN_MS.longest)
      ask()
    } else if (found.isAging(nowMs) && nowMs - askedMs >= ASK_EVERY_MS) ask()
  }

  const multicast = openMulticast({
    networks,
    ...(options.multicastPort !== undefined && { port: options.multicastPort }),
    onPacket(packet, network, source) {
      if (packet.type !== 'response') return
      for (const sighting of readSightings(packet, network, source)) found.hear(sighting, source, now())
      tellSoon()
    },
    onNetwork(network) {
      waitMs = ASK_AGAIN_MS.first
      askedMs = now()
      void multicast.sendOn(network, QUESTION)
    },
    onTrouble,
  })
  const ticking = setInterval(tick, TICK_MS).unref()

  return {
    list: () => told,
    lookAgain() {
      waitMs = ASK_AGAIN_MS.first
      ask()
    },
    stop() {
      clearInterval(ticking)
      clearTimeout(telling)
      multicast.close()
    },
  }
}
