import { setTimeout } from 'node:timers/promises'
import type { DigestKind } from '../../proto/digests.ts'
import { createChunkMemory } from '../../proto/messages/chunk-memory.ts'
import { UploadError } from './base/errors.ts'
import type { FinishedEvent } from './base/status.ts'
import { createBudget } from './flow/budget.ts'
import { createMeter, secondsLeft } from './flow/meter.ts'
import { createStages } from './flow/stages.ts'
import { createThrottles } from './flow/throttle.ts'
import { checkNames, type NameToCheck } from './net/check-names.ts'
import { type Connection, connect } from './net/connection.ts'
import type { ReceiverKind } from './net/introduction.ts'
import { createReceiverPool, type Lease } from './net/receiver-pool.ts'
import { type Route, routeKey } from './net/route.ts'
import { createRoutes, type RoutesOptions } from './net/routes.ts'
import { createStreamCuts } from './net/stream-cuts.ts'
import type { Warning } from './queue/entries.ts'
import { type Entry, newUploadKey } from './queue/entry.ts'
import type { AttemptReport, TransferListener } from './send/attempt.ts'
import { createDigestChoice } from './send/digest-choice.ts'
import { claimForgotten } from './send/forgotten.ts'
import { isSmallFile, smallFileBytes } from './send/small-files.ts'
import { transfer } from './send/transfer.ts'
import type { HashPool } from './source/hash-pool.ts'
import type { ResumeRecord } from './source/resume-store.ts'
import { createSmallFileReader } from './source/small-file.ts'
import { readIdentity } from './source/source.ts'

/**
 * Telling a receiver that an upload is not wanted is a courtesy: it gets this long, ms, and expires the upload by
 * itself otherwise.
 */
const FORGET_WITHIN_MS = 5000

/** So long the end of the program waits for that, ms. */
const TELL_AT_END_MS = 500

/** How long somebody who adds files waits for a receiver to tell its room, ms. */
const ROOM_WITHIN_MS = 3000

export type AttemptsOptions = RoutesOptions & {
  readonly warn: (warning: Warning) => void
  readonly connections: number
  readonly bufferBytes: number
  readonly hashPool: HashPool
  /** See {@link TransferDeps}. */
  readonly hashedAgainBytes: number
  /** What files are to be verified by; undefined: what each receiver wants. */
  readonly digest: () => DigestKind | undefined
}

/** Joins the queue to the wire: connections to each receiver, shared memory, and what an attempt reports on the way. */
export function createAttempts({
  warn,
  connections,
  bufferBytes,
  hashPool,
  hashedAgainBytes,
  digest,
  ...options
}: AttemptsOptions) {
  const routes = createRoutes(options)
  const pool = createReceiverPool()
  const budget = createBudget(() => bufferBytes)
  const memory = createChunkMemory(bufferBytes)
  const throttles = createThrottles()
  const stages = createStages()
  const reader = createSmallFileReader()
  const streamCuts = createStreamCuts()
  const toldThreeRpc = new Set<string>()
  const choose = createDigestChoice(digest, warn)
  /** The longest file that each receiver takes whole, bytes, as far as it was asked in this run. */
  const smallFileLimits = new Map<string, number>()
  const closing = new AbortController()
  const forgettings = new Set<Promise<unknown>>()

  function routeTo(receiver: string): Route {
    const route = routes.to(receiver)
    if (route !== undefined) return route
    throw new UploadError('RECEIVER_OFF', '“Receive on this computer” is not running.')
  }

  function leaseOf(route: Route): Lease {
    return pool.lease(routeKey(route), () => connect(route, connections))
  }

  function onThreeRpcReceiver({ receiver, onConflict }: ResumeRecord): void {
    const told = onConflict === 'keep-both' ? receiver : `${receiver} ${onConflict}`
    if (toldThreeRpc.has(told)) return
    toldThreeRpc.add(told)
    const message = `${receiver} speaks only the plain protocol: no acknowledgement for each chunk, and empty folders stay behind. ${policyThere(onConflict)}`
    warn({ reason: 'THREE_RPC_RECEIVER', message, receiver })
  }

  async function attemptOver(
    route: Route,
    entry: Entry,
    report: AttemptReport,
    signal: AbortSignal,
  ): Promise<FinishedEvent> {
    const { connection, giveBack } = leaseOf(route)
    const { receiver } = entry.record
    const sentBefore = entry.bytesSent
    try {
      const isNew = entry.startAnew
      if (isNew) await startAnew(entry, connection, report, signal)
      else if (!entry.begun) await claimForgotten(entry.record, connection, signal)
      const isFresh = isNew || !entry.begun
      const shared = { connection, budget, memory, hashPool, throttle: throttles.to(receiver), stages, reader }
      const onReached = (kind: ReceiverKind): void => {
        smallFileLimits.set(receiver, smallFileBytes(connection, shared.throttle))
        report.reached()
        if (kind === 'three-rpc') onThreeRpcReceiver(entry.record)
      }
      const digestKind = () => choose(receiver, connection.digests)
      const deps = { ...shared, hashedAgainBytes, onReached, digestKind, isFresh }
      const { storedAs, digest: verifiedBy } = await transfer(
        entry.record,
        entry.hashing,
        deps,
        listenTo(entry, report),
        signal,
      )
      giveBack(false)
      streamCuts.forget(receiver)
      const common = { storedAs, bytesSent: entry.bytesSent, finishedAtMs: Date.now() }
      return { kind: 'finished', ...common, ...(verifiedBy && { digest: verifiedBy }) }
    } catch (error) {
      giveBack(error instanceof UploadError && error.reason === 'UNREACHABLE')
      throw streamCuts.judge(receiver, connection.runId, error, entry.bytesSent - sentBefore) ?? error
    }
  }

  /** Asks a receiver something that can do without an answer. */
  async function askAnyway<T>(
    receiver: string,
    asking: (connection: Connection) => Promise<T>,
  ): Promise<T | undefined> {
    let lease: Lease | undefined
    try {
      lease = leaseOf(routeTo(receiver))
      return await asking(lease.connection)
    } catch {
      // Off, unreachable, three-rpc or not paired: an upload would say so, and that is where the person should hear it.
      return undefined
    } finally {
      lease?.giveBack(false)
    }
  }

  return {
    async attempt(entry: Entry, report: AttemptReport, signal: AbortSignal): Promise<FinishedEvent> {
      const { receiver } = entry.record
      const route = routeTo(receiver)
      try {
        return await attemptOver(route, entry, report, signal)
      } catch (error) {
        signal.throwIfAborted()
        // A receiver with a new certificate that the old one vouches for is tried again at once.
        await routes.follow(receiver, route, error, signal)
        return await attemptOver(routeTo(receiver), entry, report, signal)
      }
    },
    /** True for an upload that goes whole in a stream with others, and so can be under way beside many. */
    isSmall: ({ begun, record }: Entry): boolean =>
      !begun && isSmallFile(record, smallFileLimits.get(record.receiver) ?? 0),
    forget({ receiver, uploadKey }: Pick<ResumeRecord, 'receiver' | 'uploadKey'>): void {
      // Whatever comes of it: the receiver drops abandoned uploads by itself.
      const forgetting = askAnyway(receiver, (connection) =>
        connection.abort(uploadKey, closing.signal, FORGET_WITHIN_MS),
      ).finally(() => forgettings.delete(forgetting))
      forgettings.add(forgetting)
    },
    freeBytesOn: (receiver: string) =>
      askAnyway(receiver, (connection) => connection.freeBytes(closing.signal, ROOM_WITHIN_MS)),
    checkNames: (receiver: string, names: readonly NameToCheck[]) =>
      askAnyway(receiver, (connection) => checkNames(connection, names, closing.signal)),
    setRate: throttles.setRate,
    bottleneck: stages.bottleneck,
    /** Lets go of every connection; the next attempt opens its own. */
    release: pool.closeAll,
    /** What was forgotten just now is still told, if that takes no longer than a moment. */
    async close(): Promise<void> {
      const moment = new AbortController()
      await Promise.race([
        Promise.all(forgettings),
        setTimeout(TELL_AT_END_MS, undefined, { signal: moment.signal }).catch(() => undefined),
      ])
      moment.abort()
      closing.abort(new Error('Longshore is closing.'))
      pool.closeAll()
      await reader.close()
    },
  }
}

/** What becomes of the conflict policy where the receiver knows none. */
function policyThere(onConflict: ResumeRecord['onConflict']): string {
  const files = 'Each file is stored under an id of its own, or as the receiver decides'
  if (onConflict === 'keep-both') return `${files}; what becomes of names that are taken cannot be chosen.`
  return `${files}: “${onConflict}” cannot be kept there.`
}

/**
 * Takes the source as it is now: another content is another upload, and nothing of the old one may leak into it. What
 * the receiver holds of the old one is withdrawn, for it will never be finished; if it is, withdrawing it changes
 * nothing.
 */
async function startAnew(
  entry: Entry,
  connection: Connection,
  report: AttemptReport,
  signal: AbortSignal,
): Promise<void> {
  const { hashed: _, uploadKey: former, ...record } = entry.record
  const identity = await readIdentity(record.source)
  report.renewed({ ...record, identity, uploadKey: newUploadKey() })
  if (!entry.begun || report.owns(former) || (await connection.introduce(signal)) === 'three-rpc') return
  await connection.abort(former, signal, FORGET_WITHIN_MS).catch((error: unknown) => {
    signal.throwIfAborted()
    // The receiver drops abandoned uploads by itself; if it cannot be reached, the attempt says so.
    if (!(error instanceof UploadError)) throw error
  })
}

function listenTo(entry: Entry, report: AttemptReport): TransferListener {
  const sizeBytes = entry.record.identity?.sizeBytes ?? 0
  const meter = createMeter(performance.now())
  let bytesStored = 0
  return {
    onBegun(bytes, node) {
      bytesStored = bytes
      report.servedBy(node)
      report.event({ kind: 'stored', bytesStored })
    },
    onStored(bytes) {
      bytesStored += bytes
      meter.add(bytes, performance.now())
      report.progressed()
      const bytesPerSecond = meter.bytesPerSecond()
      const left = secondsLeft(sizeBytes - bytesStored, bytesPerSecond)
      report.event({
        kind: 'stored',
        bytesStored,
        ...(bytesPerSecond === undefined ? {} : { bytesPerSecond }),
        ...(left === undefined ? {} : { secondsLeft: left }),
      })
    },
    onSent: report.sent,
    onHashed: report.hashed,
    onVerifying: (bytesVerified) => report.event({ kind: 'verifying', bytesVerified }),
    onHashing: report.hashing,
  }
}
