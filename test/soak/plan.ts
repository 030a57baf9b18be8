import type { ConflictPolicy } from '../../main/engine/engine.ts'
import { chance, fork, oneOf, type Random, wholeBetween } from './seeded.ts'
import { drawRivals, drawShape, type Shape } from './shapes.ts'

/** Where files go, and how. */
export const KINDS = ['plaintext', 'tls', 'two nodes', 'bucket', 'two nodes on a bucket'] as const
export type Kind = (typeof KINDS)[number]

/** What one round does, all of it drawn from its seed. What happens when is left to the machine. */
export type RoundPlan = {
  readonly seed: number
  readonly kind: Kind
  readonly senders: readonly SenderPlan[]
  /** Whether senders reach receivers through a proxy that cuts, stalls and flips bits. */
  readonly hasProxy: boolean
  /** How often a receiver is killed, ended or stopped. */
  readonly receiverFaults: number
  readonly hasPerson: boolean
  readonly hasIntruder: boolean
  /** Receivers are killed once more when all files are there. */
  readonly killsAtEnd: boolean
  /** For actors that are no senders. */
  readonly random: Random
}

export type SenderPlan = Shape & {
  readonly name: string
  readonly policy: ConflictPolicy
  readonly node: number
  /** Which of the tokens of the round it has. */
  readonly token: number
  readonly flags: readonly string[]
  /** What `--limit` says while things go wrong; afterwards there is none. */
  readonly limit: string | undefined
  /** How often it is run before the faults stop, at most. */
  readonly lives: number
  /** Nothing happens to it; it ends early, and what it stored may be moved away for good. */
  readonly isUndisturbed: boolean
  readonly startAfterMs: number
  readonly random: Random
}

/**
 * How many senders a round has, and how many bytes all of them together. `short` is for the tests, `whole` for a soak.
 */
export const SIZES = {
  short: { senders: { least: 3, most: 5 }, bytes: 8 * 1024 ** 2 },
  whole: { senders: { least: 2, most: 12 }, bytes: 48 * 1024 ** 2 },
} as const
export type RoundSize = keyof typeof SIZES

/** How likely each kind is; nodes that lost one of them wait for its leases, so those rounds take longest. */
const KIND_CHANCES: readonly (readonly [Kind, number])[] = [
  ['plaintext', 0.45],
  ['tls', 0.25],
  ['two nodes', 0.15],
  ['bucket', 0.1],
  ['two nodes on a bucket', 0.05],
]

const POLICIES = ['keep-both', 'overwrite', 'skip-same', 'refuse'] as const
type Pair = readonly [ConflictPolicy, ConflictPolicy]

/** Of two commands that want the same names at the same moment. */
const RIVAL_POLICIES: readonly [Pair, ...Pair[]] = [
  ['keep-both', 'keep-both'],
  ['overwrite', 'overwrite'],
  ['keep-both', 'overwrite'],
  ['refuse', 'skip-same'],
]
export const TOKENS = 2

/** @param kind drawn when it is not given. */
export function drawPlan(seed: number, random: Random, size: RoundSize, kind?: Kind): RoundPlan {
  const drawn = drawKind(random)
  const chosen = kind ?? drawn
  const nodes = nodesOf(chosen)
  const {
    senders: { least, most },
    bytes,
  } = SIZES[size]
  // Few are as good as many for most, and much faster.
  const count = Math.min(...[1, 2, 3].map(() => wholeBetween(random, least, most)))
  const policies = chance(random, 0.5) ? POLICIES : ([oneOf(random, POLICIES), oneOf(random, POLICIES)] as const)
  const shared = sharedContents(random)
  let bytesLeft: number = bytes
  const crowd = Array.from({ length: count }, (_, index) => {
    const own = fork(random)
    const isUndisturbed = index === 0 || chance(own, 0.15)
    const shape = drawShape(own, `s${index}`, { bytesLeft, shared, isSmall: isUndisturbed })
    bytesLeft -= shape.files.reduce((sum, file) => sum + file.bytes, 0)
    return drawSender(own, `s${index}`, shape, { policy: oneOf(own, policies), node: index % nodes, isUndisturbed })
  })
  const rivals = chance(random, 0.3) ? drawRivals(random) : []
  const pair = oneOf(random, RIVAL_POLICIES)
  const rivalling = rivals.map((shape, index) => {
    const about = { policy: pair[index] ?? 'keep-both', node: index % nodes, isUndisturbed: false }
    return { ...drawSender(fork(random), `r${index}`, shape, about), limit: undefined, startAfterMs: 0 }
  })
  const senders = [...crowd, ...rivalling]
  const isLone = nodes === 1
  return {
    seed,
    kind: chosen,
    senders,
    hasProxy: chance(random, 0.4),
    receiverFaults: chance(random, isLone ? 0.6 : 0.3) ? wholeBetween(random, 1, isLone ? 3 : 1) : 0,
    hasPerson: chance(random, 0.5),
    hasIntruder: isLone && chance(random, 0.4),
    killsAtEnd: isLone && chance(random, 0.4),
    random: fork(random),
  }
}

function drawSender(
  random: Random,
  name: string,
  shape: Shape,
  about: Pick<SenderPlan, 'policy' | 'node' | 'isUndisturbed'>,
): SenderPlan {
  return {
    ...shape,
    ...about,
    name,
    token: wholeBetween(random, 0, TOKENS - 1),
    flags: chance(random, 0.2) ? ['--connections', String(wholeBetween(random, 1, 8))] : [],
    limit: chance(random, 0.4) ? drawLimit(random, shape.files) : undefined,
    lives: about.isUndisturbed ? 1 : wholeBetween(random, 1, 3),
    startAfterMs: about.isUndisturbed ? 0 : wholeBetween(random, 0, 400),
    random,
  }
}

export function nodesOf(kind: Kind): number {
  return kind.startsWith('two nodes') ? 2 : 1
}

export function usesBucket(kind: Kind): boolean {
  return kind.endsWith('bucket')
}

function drawKind(random: Random): Kind {
  let left = random()
  for (const [kind, probability] of KIND_CHANCES) {
    left -= probability
    if (left < 0) return kind
  }
  return 'plaintext'
}

/** A few contents that several senders have, as people send the same picture. */
function sharedContents(random: Random): readonly { readonly contentSeed: number; readonly bytes: number }[] {
  return [900, 40_000, 300_000].map((most) => ({
    contentSeed: wholeBetween(random, 0, 2 ** 31 - 1),
    bytes: wholeBetween(random, 1, most),
  }))
}

/** Makes the whole take one or two seconds, so that what happens to the sender happens in the middle. */
function drawLimit(random: Random, files: Shape['files']): string {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return `${Math.max(64, Math.round(bytes / 1024 / wholeBetween(random, 1, 2)))}K`
}
