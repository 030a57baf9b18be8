import { X509Certificate } from 'node:crypto'
import type { ReceiverCommand } from '../../proto/own-receiver.ts'
import { hexDigestOfToken, newDeviceId, newToken } from '../../proto/token.ts'
import { THIS_COMPUTER } from '../contract/receivers.ts'
import type { Route } from '../engine/engine.ts'
import type { probe } from '../engine/net/probe.ts'
import { inEnglish, type NoticeWords } from '../notices/notice-words.ts'
import { pinnedFingerprint } from '../receivers/kept-receiver.ts'
import type { Receivers } from '../receivers/receivers.ts'
import { type ListeningEvent, loopbackAddress } from './receiver-output.ts'
import type { ReceiverOwner } from './receiver-process.ts'

/**
 * Makes this app a device of the receiver that it runs itself. Whoever started a program needs no code to be known to
 * it, so codes are for the person alone; and the app makes its token itself, so the token goes nowhere.
 */
export type OwnReceiver = ReceiverOwner & {
  /** The way to it; undefined while it is off or does not know this app yet. */
  route(): Route | undefined
  /** Calls `listener` each time it can be sent to. */
  onReady(listener: () => void): void
  /** It refused this app's token. */
  refused(): void
}

export type OwnReceiverDeps = {
  readonly receivers: Pick<Receivers, 'find' | 'routeTo' | 'keepPaired' | 'move'>
  readonly probe: typeof probe
  readonly deviceName: string
  readonly say: (command: ReceiverCommand) => void
  readonly notify: (message: string) => void
  /** @default in English */
  readonly words?: () => NoticeWords
}

/** It listens already, on this very computer. */
const LOOK_WITHIN_MS = 20_000

type State =
  | { readonly kind: 'off' }
  | { readonly kind: 'asking'; readonly event: ListeningEvent; readonly deviceId: string; readonly token: string }
  | { readonly kind: 'ready'; readonly event: ListeningEvent; readonly route: Route }

/** Follows the receiver on this computer and keeps this app known to it. */
export function createOwnReceiver(deps: OwnReceiverDeps): OwnReceiver {
  const { receivers, probe, deviceName, say, notify, words = inEnglish } = deps
  let state: State = { kind: 'off' }
  const readyListeners = new Set<() => void>()

  const kept = ({ fingerprint }: ListeningEvent) =>
    receivers.find((receiver) => receiver.own !== undefined && pinnedFingerprint(receiver) === fingerprint)

  function ready(event: ListeningEvent, route: Route): void {
    state = { kind: 'ready', event, route }
    for (const listener of readyListeners) listener()
  }

  /** The same device as before, so that it goes on with what it left unfinished, with a token that nobody has seen. */
  function askToBeAdmitted(event: ListeningEvent): void {
    const deviceId = kept(event)?.own?.deviceId ?? newDeviceId()
    const token = newToken(deviceId)
    state = { kind: 'asking', event, deviceId, token }
    say({ command: 'admit', id: deviceId, name: deviceName, tokenDigest: hexDigestOfToken(token) })
  }

  async function admitted(mine: Extract<State, { kind: 'asking' }>, refusal: string | undefined): Promise<void> {
    const { event, deviceId, token } = mine
    try {
      if (refusal !== undefined) throw new Error(refusal)
      const address = loopbackAddress(event)
      const found = await probe(address, AbortSignal.timeout(LOOK_WITHIN_MS))
      if (found.kind !== 'tls' || found.fingerprint !== event.fingerprint)
        throw new Error(`something else listens on ${address}.`)
      const { certificateDer, fingerprint } = found
      const certificatePem = new X509Certificate(certificateDer).toString()
      const here = { certificatePem, fingerprint, token, deviceId, receiverName: deviceName }
      const { id } = await receivers.keepPaired(address, here, true)
      // Meanwhile it may have stopped, or started again as another one.
      if (state === mine) ready(event, receivers.routeTo(id))
    } catch (cause) {
      if (state !== mine) return
      state = { kind: 'off' }
      // The receiver could not keep the device, nobody answers, or the system's key store: either way nothing can be
      // sent there for now.
      notify(words().ownReceiverRefuses(cause))
    }
  }

  function ownDeviceId(): string | undefined {
    if (state.kind === 'off') return undefined
    return state.kind === 'asking' ? state.deviceId : kept(state.event)?.own?.deviceId
  }

  return {
    route: () => (state.kind === 'ready' ? state.route : undefined),
    onReady: (listener) => void readyListeners.add(listener),
    listening(event) {
      const address = loopbackAddress(event)
      if (event.fingerprint === undefined) return ready(event, { address, security: { kind: 'plaintext' } })
      const known = kept(event)
      const route = known && receivers.routeTo(known.id)
      if (known !== undefined && route?.security.kind === 'pinned' && route.security.token !== undefined) {
        receivers.move(known.id, address)
        ready(event, { ...route, address })
      } else askToBeAdmitted(event)
      say({ command: 'devices' })
      say({ command: 'incoming' })
    },
    /** What the receiver answers to this app is for this app, and this app is no other device. */
    filter(event) {
      if (event.kind === 'stopped' || event.kind === 'starting' || event.kind === 'gave-up') state = { kind: 'off' }
      if (event.kind === 'admitted') {
        if (state.kind === 'asking' && state.deviceId === event.id) void admitted(state, event.message)
        return undefined
      }
      if (event.kind !== 'devices') return event
      const own = ownDeviceId()
      return { ...event, devices: event.devices.filter(({ id }) => id !== own) }
    },
    refused() {
      if (state.kind === 'ready' && state.event.fingerprint !== undefined) askToBeAdmitted(state.event)
    },
  }
}

/** The way to a receiver by its id, the one on this computer among them. */
export function routesOf(own: OwnReceiver, receivers: Pick<Receivers, 'routeTo'>) {
  return (id: string): Route | undefined => (id === THIS_COMPUTER ? own.route() : receivers.routeTo(id))
}
