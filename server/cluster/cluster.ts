import { createHash } from 'node:crypto'
import type { OnUnexpected } from '../base/unexpected.ts'
import type { PassedOn } from '../calls/caller.ts'
import type { CodeTries } from '../devices/invite-file.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { openRedisLedger } from '../ledger/redis.ts'
import { connectRedis } from '../ledger/redis-connection.ts'
import type { Leases } from '../storage/leases.ts'
import type { NameClaims } from '../store/name-claims.ts'
import type { KnownNames } from '../three-rpc/three-rpc-names.ts'
import { SWEEP_EVERY_MS } from '../upkeep/expiry.ts'
import { type Belonging, openBelonging } from './belonging.ts'
import { type Forwarding, forwardingTo } from './forwarding.ts'
import { namesInRedis } from './known-names.ts'
import { claimsInRedis } from './name-claims.ts'
import { openNode } from './node.ts'
import { type Fellow, toNodeText } from './node-address.ts'
import type { NodeSecret } from './node-secret.ts'
import { triesInRedis } from './pairing-codes.ts'
import { PassedOnCheck } from './passed-on.ts'
import { Peers } from './peers.ts'

/** How a receiver is one of several nodes that look like one receiver from outside. */
export type ClusterConfig = {
  /** The Redis that all nodes share, like `redis://127.0.0.1:6379`. */
  readonly redisUrl: string
  /**
   * `host:port` under which the other nodes reach this one; where it listens, as far as it can know, when not given.
   */
  readonly nodeAddress?: string
  /** A node that does not renew for so long is taken for dead, ms. @default 10 000 */
  readonly leaseMs?: number
}

/** What a receiver that is one of several works with. */
export type Cluster = {
  readonly ledger: Ledger
  readonly leases: Leases
  readonly forwarding: Forwarding
  readonly nameClaims: NameClaims
  /** What three-RPC clients call their files, whichever node they tell. */
  readonly names: KnownNames
  /** What senders tell nodes apart by: the same after a restart, and no address. Empty before it is announced. */
  name(): string
  /** Answers true to one of the nodes, once in a while: that one looks for uploads that are to be forgotten. */
  maySweep(): Promise<boolean>
  /** Whether it may serve uploads: false while Redis does not answer. */
  isInTouch(): boolean
  /** Which receiver this Redis belongs to, and where its files go. */
  readonly belonging: Belonging
  /** The address of this Redis, for people: without a password. */
  readonly redis: string
  /** Has to be called before anything below. */
  share(secret: NodeSecret): void
  /** What pairing codes are still worth, at whichever node they are used. */
  readonly codeTries: CodeTries
  /** See {@link PassedOnCheck.passed}. */
  readPassedOn(text: string, path: string): PassedOn | undefined
  /** Begins to take part, when the receiver listens. */
  announce(self: Omit<Fellow, 'secret'>): Promise<void>
  /** Lets the other nodes have its uploads, and lets go of Redis. */
  close(): Promise<void>
}

const SWEEP = 'longshore:sweep'
const NAME_CHARACTERS = 12

/**
 * @param expireAfterMs see {@link openRedisLedger}.
 * @throws ReceiveError BAD_FLAGS, STATE_UNREACHABLE.
 */
export async function joinCluster(
  config: ClusterConfig,
  expireAfterMs: number,
  onUnexpected: OnUnexpected,
): Promise<Cluster> {
  const state = await connectRedis(config.redisUrl, onUnexpected)
  const belonging = await openBelonging(state, onUnexpected).catch((error: unknown) => {
    state.close()
    throw error
  })
  const node = openNode(state, onUnexpected, config.leaseMs, belonging.isOurs)
  const peers = new Peers(Date.now)
  let name = ''
  let secret: NodeSecret | undefined
  let passedOn: PassedOnCheck | undefined
  const shared = (): NodeSecret => {
    if (secret === undefined) throw new Error('Nothing is shared with other nodes yet.')
    return secret
  }
  return {
    ledger: openRedisLedger(state, node.leaseOf, expireAfterMs, onUnexpected),
    leases: node.leases,
    forwarding: forwardingTo(peers, node.leases),
    nameClaims: claimsInRedis(state, node),
    names: namesInRedis(state),
    name: () => name,
    isInTouch: node.isTrusted,
    maySweep: async () => (await state.command('SET', SWEEP, node.id, 'NX', 'PX', SWEEP_EVERY_MS * 0.9)) !== null,
    belonging,
    redis: state.shown,
    share(told) {
      secret = told
    },
    codeTries: triesInRedis(state, shared, belonging.isOurs),
    readPassedOn: (text, path) => passedOn?.passed(text, path),
    async announce({ address, certificatePem }) {
      const self = { secret: shared(), address, certificatePem }
      peers.introduce(self)
      passedOn = new PassedOnCheck(self.secret, address, Date.now)
      await node.announce(toNodeText(self, node.id))
      name = createHash('sha256').update(address).digest('hex').slice(0, NAME_CHARACTERS)
    },
    async close() {
      await node.close()
      peers.close()
      state.close()
    },
  }
}
