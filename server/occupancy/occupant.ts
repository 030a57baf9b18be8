import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname, networkInterfaces } from 'node:os'
import { isRunning, thisProcess } from '../state-folder/pid-lock.ts'

/**
 * How far a receiver is with a place.
 *
 * - `entering`: it has announced itself, and looks who else is there.
 * - `observing`: of those that enter at the same moment it is the one that goes on, and it looks whether an earlier
 *   occupant still lives.
 * - `holding`: it uses the place.
 */
export type Stage = 'entering' | 'observing' | 'holding'

/** A receiver, as it describes itself to others in its record. */
export type Occupant = {
  /** Another one at each start, 16 hex digits. */
  readonly run: string
  /**
   * Receivers of one party know of each other and may be in a place together: the nodes of one Redis. One that is alone
   * is a party of its own.
   */
  readonly party: string
  readonly stage: Stage
  readonly pid: number
  /** See `KnownProcess`. */
  readonly startedAt?: string
  /** The same for all processes that can see each other's numbers, and different for all others. */
  readonly machine: string
  /** The same for all processes of one start of a machine; absent where the system does not tell. */
  readonly boot?: string
  /** What people call the machine. */
  readonly host: string
  /** The Redis that its party shares, without a password; absent for one that is alone. */
  readonly redis?: string
  /** A number that changes at each beat. */
  readonly beat: number
}

/** Long enough for every occupant, so that a record is replaced by one of the same length. */
const RECORD_LENGTH = 2048
const MOST_TEXT = 120

/** Who this process is to others that use the same place. */
export function selfAs(party: { readonly party: string; readonly redis?: string | undefined }, run: string): Occupant {
  const { redis } = party
  return {
    run,
    party: party.party,
    stage: 'entering',
    ...thisProcess(),
    ...thisMachine(),
    host: hostname().slice(0, MOST_TEXT),
    ...(redis !== undefined && { redis: redis.slice(0, MOST_TEXT) }),
    beat: 0,
  }
}

/** Of {@link RECORD_LENGTH}. `more` is what the place itself wants to remember. */
export function occupantText(occupant: Occupant, more: object = {}): string {
  return `${JSON.stringify({ ...occupant, ...more }).padEnd(RECORD_LENGTH - 1)}\n`
}

/** Undefined for what is no such record, or only a part of one. */
export function toOccupant(text: string): (Occupant & { readonly file?: unknown }) | undefined {
  try {
    const known: Partial<Occupant> | null = JSON.parse(text)
    const isWhole =
      typeof known?.run === 'string' &&
      typeof known.party === 'string' &&
      typeof known.stage === 'string' &&
      typeof known.pid === 'number' &&
      typeof known.machine === 'string' &&
      typeof known.host === 'string' &&
      (known.redis === undefined || typeof known.redis === 'string')
    return isWhole ? (known as Occupant) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * What can be known of an occupant at once: of a process of this machine whether it runs, without doubt only where the
 * system tells when it began.
 */
export function fateHere({ machine, pid, startedAt }: Occupant): 'alive' | 'dead' | 'unknown' {
  if (machine !== thisMachine().machine) return 'unknown'
  if (!isRunning({ pid, ...(startedAt !== undefined && { startedAt }) })) return 'dead'
  return startedAt === undefined ? 'unknown' : 'alive'
}

/** Whether it runs, or ran, under the kernel that this process runs under. */
export function isNeighbour({ boot }: Occupant): boolean {
  return boot !== undefined && boot === thisMachine().boot
}

let known: Pick<Occupant, 'machine' | 'boot'> | undefined

function thisMachine(): Pick<Occupant, 'machine' | 'boot'> {
  known ??= machineFacts()
  return known
}

/**
 * Processes see each other's numbers within one start of a machine; on Linux only within one PID namespace, of which
 * each container has its own.
 */
function machineFacts(): Pick<Occupant, 'machine' | 'boot'> {
  if (process.platform === 'linux') {
    try {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      return { machine: hashOf(boot, readlinkSync('/proc/self/ns/pid')), boot: hashOf(boot) }
    } catch (error) {
      // Where the system hides it, nobody is taken for a neighbour.
      if (!(error instanceof Error)) throw error
      return { machine: hashOf(randomBytes(16).toString('hex')) }
    }
  }
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  const outer = addresses.filter(({ internal }) => !internal).map(({ mac }) => mac)
  return { machine: hashOf(hostname(), ...[...new Set(outer)].sort()) }
}

function hashOf(...facts: readonly string[]): string {
  return createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 16)
}
