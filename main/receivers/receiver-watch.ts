import type { UploadId, UploadSnapshot } from '../contract/contract.ts'
import { type ReceiverId, type ReceiverStanding, THIS_COMPUTER } from '../contract/receivers.ts'
import type { GivenReason } from '../contract/stops.ts'
import type { Engine } from '../engine/engine.ts'
import type { probe } from '../engine/net/probe.ts'
import { type KeptReceiver, pinnedFingerprint } from './kept-receiver.ts'
import type { Receivers } from './receivers.ts'

/** Reasons with which uploads stop until their receiver can be sent to again. */
const WAITS_FOR_RECEIVER: ReadonlySet<GivenReason> = new Set<GivenReason>([
  'NOT_PAIRED',
  'NOT_ENCRYPTED',
  'NEEDS_ENCRYPTION',
  'RECEIVER_FORGOTTEN',
])

const LOOK_WITHIN_MS = 10_000

export type ReceiverWatchDeps = {
  readonly receivers: Pick<Receivers, 'find' | 'report'>
  readonly probe: typeof probe
  /** The receiver on this computer does not know this app any more. */
  readonly onOwnRefused: () => void
}

/** Learns from uploads how this computer stands with their receivers. */
export function createReceiverWatch({ receivers, probe, onOwnRefused }: ReceiverWatchDeps) {
  /** Looks who answers instead, so that both can be shown. Nothing is said to it. */
  async function lookWhoAnswers({ id, address }: KeptReceiver, pinned: string): Promise<void> {
    try {
      const found = await probe(address, AbortSignal.timeout(LOOK_WITHIN_MS))
      const presented = found.kind === 'tls' ? found.fingerprint : undefined
      const changed: ReceiverStanding = { kind: 'identity-changed', ...(presented && { presented }) }
      receivers.report(id, presented === pinned ? { kind: 'good' } : changed)
    } catch {
      // Gone again. That it was another one is known, only not which.
      receivers.report(id, { kind: 'identity-changed' })
    }
  }

  function stopped(id: ReceiverId, reason: GivenReason): void {
    const receiver = receivers.find((known) => known.id === id)
    const pinned = receiver && pinnedFingerprint(receiver)
    if (receiver === undefined || pinned === undefined) return
    if (reason === 'NOT_PAIRED') receivers.report(id, { kind: 'not-paired' })
    if (reason === 'IDENTITY_CHANGED' || reason === 'NOT_ENCRYPTED') void lookWhoAnswers(receiver, pinned)
  }

  return {
    /** Each change of uploads. */
    heed(changed: readonly UploadSnapshot[]): void {
      const reasons = new Map<ReceiverId, GivenReason | undefined>()
      for (const { receiver, status } of changed) {
        if (status.kind === 'failed') reasons.set(receiver, status.reason)
        else if (status.kind === 'done') reasons.set(receiver, undefined)
      }
      for (const [id, reason] of reasons) {
        if (id === THIS_COMPUTER && reason === 'NOT_PAIRED') onOwnRefused()
        else if (reason === undefined) receivers.report(id, { kind: 'good' })
        else stopped(id, reason)
      }
    },
  }
}

/** Lets what waited for a receiver go on: it can be sent to again. */
export function retryWaiting(engine: Pick<Engine, 'list' | 'retry'>, id: ReceiverId): void {
  const waiting = engine
    .list()
    .filter(
      ({ receiver, status }) => receiver === id && status.kind === 'failed' && WAITS_FOR_RECEIVER.has(status.reason),
    )
    .map((upload): UploadId => upload.id)
  if (waiting.length > 0) engine.retry(waiting)
}
