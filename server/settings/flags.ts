import { availableParallelism } from 'node:os'
import { DEFAULT_DIGEST_KIND, isDigestKind } from '../../proto/digest/digest-forms.ts'
import { type DigestKind, digestKinds } from '../../proto/digests.ts'
import { everyNetwork } from '../access/reachable.ts'
import { ReceiveError } from '../base/errors.ts'
import type { ClusterConfig } from '../cluster/cluster.ts'
import { isNodeAddress } from '../cluster/node-address.ts'
import type { TlsConfig } from '../devices/tls.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import type { ReceiverConfig } from './config.ts'
import { limitFlags, MOST_WORKERS, type ReceiveFlags } from './receive-flags.ts'
import { toObjectStore } from './s3-flags.ts'

/** The configuration that flags ask for. Throws ReceiveError BAD_FLAGS, with one sentence, when they make no sense. */
export function toConfig(flags: ReceiveFlags): ReceiverConfig {
  if (flags.dir === undefined) throw new ReceiveError('BAD_FLAGS', '--dir is missing: it says where received files go.')
  const port = toPort('--port', flags.port)
  const limits = toLimitFlags(flags)
  return {
    directory: flags.dir,
    // Without encryption, or open to everybody, a receiver is reached from this computer only, unless somebody says
    // otherwise.
    host: flags.host ?? (flags.plaintext || !flags.auth ? '127.0.0.1' : everyNetwork()),
    port,
    discovery: flags.discovery,
    ...toTls(flags),
    asksForTokens: flags.auth,
    verifyFromDisk: flags.verifyFromDisk ?? false,
    defaultDigest: toDigestKind(flags.digest ?? DEFAULT_DIGEST_KIND),
    workers: flags.workers === undefined ? workersFor(availableParallelism()) : toWorkers(flags.workers),
    reflection: flags.reflection ?? false,
    ...toCluster(flags),
    ...toObjectStore(flags),
    ...(flags.name === undefined ? {} : { name: flags.name }),
    ...(flags.stateDir === undefined ? {} : { stateDirectory: flags.stateDir }),
    ...(flags.expireAfter === undefined ? {} : { expireAfterMs: toMs('--expire-after', flags.expireAfter) }),
    ...(flags.keepFor === undefined ? {} : { keepForMs: toMs('--keep-for', flags.keepFor) }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  }
}

/** Throws ReceiveError BAD_FLAGS, which begins with the name of the flag. */
export function toPort(flag: string, text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new ReceiveError('BAD_FLAGS', `${flag} takes a number from 0 to 65535, not "${text}".`)
}

/** How many threads hash where nobody says: none where they would take their time from sender and receiver. */
export function workersFor(cores: number): number {
  return cores <= 2 ? 0 : Math.min(cores - 1, MOST_WORKERS)
}

function toWorkers(text: string): number {
  if (/^\d{1,2}$/.test(text)) return Number(text)
  throw new ReceiveError('BAD_FLAGS', `--workers takes a whole number from 0 to 99, not "${text}".`)
}

function toDigestKind(text: string): DigestKind {
  if (isDigestKind(text)) return text
  throw new ReceiveError('BAD_FLAGS', `--digest takes ${digestKinds.join(', ')}, not "${text}".`)
}

function toLimitFlags(flags: ReceiveFlags): Partial<ReceiverLimits> {
  const limits: Partial<Record<keyof ReceiverLimits, number>> = {}
  for (const name of Object.keys(limitFlags) as (keyof ReceiverLimits)[]) {
    const text = flags[name]
    if (text === undefined) continue
    if (!/^[1-9]\d{0,9}$/.test(text)) {
      throw new ReceiveError('BAD_FLAGS', `${limitFlags[name][0]} takes a whole number from 1 on, not "${text}".`)
    }
    limits[name] = Number(text)
  }
  return limits
}

function toCluster({ redis, nodeAddress }: ReceiveFlags): { readonly cluster?: ClusterConfig } {
  if (redis === undefined) {
    if (nodeAddress === undefined) return {}
    throw new ReceiveError('BAD_FLAGS', '--node-address is for one of several nodes; they share a --redis.')
  }
  if (nodeAddress !== undefined && !isNodeAddress(nodeAddress))
    throw new ReceiveError('BAD_FLAGS', `--node-address takes host:port, not "${nodeAddress}".`)
  return { cluster: { redisUrl: redis, ...(nodeAddress !== undefined && { nodeAddress }) } }
}

function toTls({ plaintext, cert, key }: ReceiveFlags): { readonly tls?: TlsConfig } {
  if ((cert === undefined) !== (key === undefined))
    throw new ReceiveError('BAD_FLAGS', '--cert and --key belong together: a certificate and its key.')
  if (plaintext && cert !== undefined)
    throw new ReceiveError('BAD_FLAGS', '--plaintext and --cert contradict each other; leave one of them out.')
  if (plaintext) return {}
  if (cert === undefined || key === undefined) return { tls: { kind: 'own' } }
  return { tls: { kind: 'issued', certificateFile: cert, keyFile: key } }
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

function toMs(flag: string, duration: string): number {
  const [, amount, unit] = /^([1-9]\d{0,5})([mhd])$/.exec(duration) ?? []
  if (unit === undefined) {
    throw new ReceiveError('BAD_FLAGS', `${flag} takes a duration like 90m, 24h or 7d, not "${duration}".`)
  }
  return Number(amount) * unitMs[unit as keyof typeof unitMs]
}
