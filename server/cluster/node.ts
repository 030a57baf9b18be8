import { randomBytes } from 'node:crypto'
import { ReceiveError, toReceiveError } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { keys } from '../ledger/redis.ts'
import type { SharedState } from '../ledger/redis-connection.ts'
import { releaseLease, takeLease } from '../ledger/redis-scripts.ts'
import { HeldElsewhere, type Lease, type Leases } from '../storage/leases.ts'
import { lostTo } from './belonging.ts'

/**
 * A node that cannot renew for so long is taken for dead, ms: long enough for a busy machine, short enough that a
 * sender hardly waits.
 */
const LEASE_MS = 10_000
/** A node trusts its leases a little less long than others do, because clocks of two machines run apart. */
const OWN_SHARE = 0.8
const RENEWALS_PER_LEASE = 4

/** So many doubted leases are remembered; a forgotten one is found out again. */
const MOST_DOUBTED = 10_000

const NODES = 'longshore:node:'

/** This receiver as one of several nodes. */
export type Node = {
  /** Another one at each start. */
  readonly id: string
  readonly leases: Leases
  /** How the keys of all nodes begin; what follows is the id of one. */
  readonly nodesKey: string
  /**
   * Something else that this node has alone, by a name that begins with its id; it counts while that node lives.
   * @throws ReceiveError MOVED, STATE_UNREACHABLE.
   */
  hold(): Promise<{ readonly token: string; mustHold(): void }>
  /** The lease on an upload, for its writes to the ledger; empty without one. */
  leaseOf(fileId: string): string
  /** Whether its own leases count: it renewed them not long ago. */
  isTrusted(): boolean
  /** Tells the others where this node answers. Until then it has none of their uploads. */
  announce(told: string): Promise<void>
  /** Stops renewing; others may have its uploads at once. */
  close(): Promise<void>
}

/**
 * One key in Redis says that this node lives; its leases are good as long as that key is there, so that renewing costs
 * the same however many uploads it is busy with. A lease is `node id:number`, another one each time, and every write to
 * the ledger names it: whoever paused for too long finds that its writes are refused.
 *
 * @param leaseMs see {@link LEASE_MS}.
 * @param isOurs false when the Redis belongs to another receiver by now: nothing counts then.
 */
export function openNode(
  state: SharedState,
  onUnexpected: OnUnexpected,
  leaseMs = LEASE_MS,
  isOurs: () => boolean = () => true,
): Node {
  const id = randomBytes(8).toString('hex')
  const held = new Map<string, string>()
  const doubted = new Map<string, string>()
  const listeners: ((error: ReceiveError) => void)[] = []
  let count = 0
  let told = ''
  /** On a clock that is never set, ms. It also runs while this process does not. */
  let trustedUntilMs = Number.NEGATIVE_INFINITY
  /** Leases of an earlier one are not trusted any more. */
  let period = 0
  let isReachable = true

  const endPeriod = (): ReceiveError => {
    const error = isReachable
      ? new ReceiveError('MOVED', 'This node of the receiver was held up, and others may serve its uploads by now.')
      : new ReceiveError('STATE_UNREACHABLE', 'The Redis that the receivers share does not answer.')
    if (trustedUntilMs !== Number.NEGATIVE_INFINITY) {
      trustedUntilMs = Number.NEGATIVE_INFINITY
      period++
      for (const listener of listeners) listener(error)
    }
    return error
  }
  const mustBeTrusted = () => {
    if (!isOurs()) {
      endPeriod()
      throw new ReceiveError('STATE_UNREACHABLE', lostTo(state.shown))
    }
    if (performance.now() > trustedUntilMs) throw endPeriod()
  }
  const renew = async (): Promise<void> => {
    const sentAtMs = performance.now()
    if (sentAtMs > trustedUntilMs || !isOurs()) endPeriod()
    if (!isOurs()) return
    try {
      await state.command('SET', NODES + id, told, 'PX', leaseMs)
      isReachable = true
      // A lease that was renewed long ago may have ended by now.
      if (performance.now() - sentAtMs < leaseMs * OWN_SHARE) trustedUntilMs = sentAtMs + leaseMs * OWN_SHARE
    } catch (error) {
      if (isReachable) onUnexpected(error)
      isReachable = false
    }
  }
  let renewing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const renewSoon = (): Promise<void> => {
    // A node that is refused before it needed anything leaves nothing behind.
    timer ??= setInterval(() => void renewSoon(), leaseMs / RENEWALS_PER_LEASE)
    renewing ??= renew().finally(() => {
      renewing = undefined
    })
    return renewing
  }
  /** A new name for what this node has, and what throws when it may have ended. */
  const hold = async () => {
    if (performance.now() > trustedUntilMs) await renewSoon()
    mustBeTrusted()
    const ownPeriod = period
    const mustHold = () => {
      mustBeTrusted()
      if (period !== ownPeriod) throw new ReceiveError('MOVED', 'This node was held up; begin the upload again.')
    }
    return { token: `${id}:${++count}`, mustHold }
  }

  const toLease = (fileId: string, lease: string, mustHold: () => void): Lease => {
    return {
      mustHold,
      async release() {
        if (held.get(fileId) === lease) held.delete(fileId)
        try {
          await state.run(releaseLease, keys.upload(fileId), lease)
        } catch (error) {
          // The lease then ends with its node, unless this node goes on to live: a later lease of this node replaces
          // it.
          if (toReceiveError(error).code === 'INTERNAL') onUnexpected(error)
        }
      },
    }
  }

  return {
    id,
    nodesKey: NODES,
    hold,
    isTrusted: () => isOurs() && performance.now() <= trustedUntilMs,
    leaseOf: (fileId) => held.get(fileId) ?? '',
    async announce(newlyTold) {
      told = newlyTold
      await renewSoon()
      // A renewal that began earlier did not send the new address yet.
      await renewSoon()
      mustBeTrusted()
    },
    leases: {
      areShared: true,
      async take(fileId) {
        const { token: lease, mustHold } = await hold()
        const reply = await state.run(takeLease, keys.upload(fileId), lease, id, NODES, doubted.get(fileId) ?? '')
        if (reply === 0) throw new ReceiveError('UNKNOWN_UPLOAD', 'The receiver knows no such upload; begin it again.')
        if (Array.isArray(reply)) throw new HeldElsewhere(fileId, String(reply[0]), String(reply[1]))
        doubted.delete(fileId)
        held.set(fileId, lease)
        return toLease(fileId, lease, mustHold)
      },
      async isHeld(fileId) {
        const holder = await state.command('HGET', keys.upload(fileId), 'holder')
        if (!Buffer.isBuffer(holder)) return false
        return (await state.command('EXISTS', NODES + holder.toString().split(':')[0])) === 1
      },
      doubt(fileId, lease) {
        if (doubted.size >= MOST_DOUBTED) doubted.clear()
        doubted.set(fileId, lease)
      },
      onLost: (listener) => void listeners.push(listener),
    },
    async close() {
      if (timer === undefined) return
      clearInterval(timer)
      await renewing
      try {
        await state.command('UNLINK', NODES + id)
      } catch (error) {
        if (toReceiveError(error).code === 'INTERNAL') onUnexpected(error)
      }
    },
  }
}
