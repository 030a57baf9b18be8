import { setTimeout as delay } from 'node:timers/promises'
import { PAIR_AGAIN_AFTER_MS, readPairingLink } from '../proto/pairing.ts'
import { THIS_COMPUTER } from './contract-receivers.ts'
import type { Route } from './engine/engine.ts'
import type { pair } from './engine/pair.ts'
import { pinnedFingerprint } from './kept-receiver.ts'
import { type ListeningEvent, loopbackAddress, type ReceiverEvent } from './receiver-output.ts'
import type { ReceiverCommand } from './receiver-process.ts'
import type { Receivers } from './receivers.ts'

/** Pairs this app with the receiver that it runs itself: whoever started a program needs nobody to carry a code between the two. */
export type OwnReceiver = {
  /** The way to it; undefined while it is off or not paired yet. */
  route(): Route | undefined
  /** It listens, under this identity. */
  listening(event: ListeningEvent): void
  /** Looks at each event of the receiver first: a code that this app asked for is for this app, and this app is no other device. */
  filter(event: ReceiverEvent): ReceiverEvent | undefined
  /** It refused this app's token. */
  refused(): void
}

export type OwnReceiverDeps = {
  readonly receivers: Pick<Receivers, 'find' | 'routeTo' | 'keepPaired' | 'move'>
  readonly pair: typeof pair
  readonly deviceName: string
  readonly say: (command: ReceiverCommand) => void
  /** Told when it can be sent to. */
  readonly onReady: () => void
  readonly notify: (message: string) => void
}

/** Codes that are asked for before it counts as broken: one may be overtaken by a code that a person asks for. */
const MOST_TRIES = 3
const PAIR_WITHIN_MS = 20_000

type State =
  | { readonly kind: 'off' }
  | { readonly kind: 'pairing'; readonly event: ListeningEvent; readonly tries: number; readonly waitsForCode: boolean }
  | { readonly kind: 'ready'; readonly event: ListeningEvent; readonly route: Route }

/** Follows the receiver on this computer and keeps this app paired with it. */
export function createOwnReceiver(deps: OwnReceiverDeps): OwnReceiver {
  const { receivers, pair, deviceName, say, onReady, notify } = deps
  let state: State = { kind: 'off' }

  const kept = ({ fingerprint }: ListeningEvent) =>
    receivers.find((receiver) => receiver.own !== undefined && pinnedFingerprint(receiver) === fingerprint)

  function ready(event: ListeningEvent, route: Route): void {
    state = { kind: 'ready', event, route }
    onReady()
  }

  function askForCode(event: ListeningEvent, tries: number): void {
    state = { kind: 'pairing', event, tries, waitsForCode: true }
    say({ command: 'invite' })
  }

  async function pairWith(event: ListeningEvent, link: string, tries: number): Promise<void> {
    const mine: State = { kind: 'pairing', event, tries, waitsForCode: false }
    state = mine
    const code = readPairingLink(link)?.code
    const { fingerprint } = event
    try {
      if (code === undefined || fingerprint === undefined) throw new Error('it gave no pairing code')
      const address = loopbackAddress(event)
      const paired = await pair({ address, fingerprint, code }, deviceName, AbortSignal.timeout(PAIR_WITHIN_MS))
      const { id } = await receivers.keepPaired(address, paired, true)
      // Meanwhile it may have stopped, or started again as another one.
      if (state !== mine) return
      ready(event, receivers.routeTo(id))
      say({ command: 'devices' })
    } catch (cause) {
      if (state !== mine) return
      if (tries < MOST_TRIES) {
        await delay(PAIR_AGAIN_AFTER_MS)
        if (state === mine) askForCode(event, tries + 1)
        return
      }
      state = { kind: 'off' }
      // An UploadError of the pairing, or the system's key store: either way nothing can be sent there for now.
      notify(`This app could not pair with its own receiver: ${cause instanceof Error ? cause.message : String(cause)}`)
    }
  }

  return {
    route: () => (state.kind === 'ready' ? state.route : undefined),
    listening(event) {
      const address = loopbackAddress(event)
      if (event.fingerprint === undefined) return ready(event, { address, security: { kind: 'plaintext' } })
      const known = kept(event)
      const route = known && receivers.routeTo(known.id)
      if (known !== undefined && route?.security.kind === 'pinned' && route.security.token !== undefined) {
        receivers.move(known.id, address)
        ready(event, { ...route, address })
      } else if (event.pairLink === undefined) askForCode(event, 1)
      else void pairWith(event, event.pairLink, 1)
      say({ command: 'devices' })
    },
    filter(event) {
      if (event.kind === 'stopped' || event.kind === 'starting' || event.kind === 'gave-up') state = { kind: 'off' }
      if (event.kind === 'invitation' && event.invitation && state.kind === 'pairing' && state.waitsForCode) {
        void pairWith(state.event, event.invitation.link, state.tries)
        return undefined
      }
      if (event.kind !== 'devices' || state.kind === 'off') return event
      const own = kept(state.event)?.own?.deviceId
      return { ...event, devices: event.devices.filter(({ id }) => id !== own) }
    },
    refused() {
      if (state.kind === 'ready' && state.event.fingerprint !== undefined) askForCode(state.event, 1)
    },
  }
}

/** The way to a receiver by its id, the one on this computer among them. */
export function routesOf(own: OwnReceiver, receivers: Pick<Receivers, 'routeTo'>) {
  return (id: string): Route | undefined => (id === THIS_COMPUTER ? own.route() : receivers.routeTo(id))
}
