import type { Route } from '../../main/engine/engine.ts'
import { type Connection, connect } from '../../main/engine/net/connection.ts'
import { diagnose } from '../../main/engine/net/diagnosis.ts'
import type { ReceiverKind } from '../../main/engine/net/introduction.ts'
import { formatBytes } from '../shared/format.ts'
import { type Checks, Problem } from './checks.ts'
import { limitOf } from './limit.ts'
import { measureThroughput } from './throughput.ts'

const CONNECTIONS = 4
const ANSWER_WITHIN_MS = 5000
const ROUND_TRIPS = 20

/** Checks the way to a receiver. Nothing is left there. */
export async function checkLink(route: Route, checks: Checks, signal: AbortSignal): Promise<void> {
  const { address } = route
  const connection = connect(route, CONNECTIONS)
  try {
    let kind: ReceiverKind | undefined
    await checks.run('reachable', async () => {
      kind = await introduce(connection, route, signal)
      return kind === 'longshore' ? `${address} is a Longshore receiver.` : `${address} is a plain receiver.`
    })
    if (kind === undefined) return
    let roundTripMs = 0
    await checks.run('round trip', async () => {
      roundTripMs = await measureRoundTrip(route, signal)
      return `${roundTripMs.toFixed(2)} ms, the median of ${ROUND_TRIPS} small calls.`
    })
    if (kind === 'three-rpc') {
      await checks.run('throughput', async () => 'Not measured: a plain receiver cannot be told to forget an upload.')
      return
    }
    await checks.run('throughput', async () => {
      const throughput = await measureThroughput(connection, signal)
      const { storedBytes, storedBytesPerSecond } = throughput
      if (storedBytes === 0) throw new Problem('Nothing arrived within 10 s.')
      const way = { roundTripMs, connections: CONNECTIONS, withinComputer: isLoopback(address) }
      const measured = `${formatBytes(storedBytesPerSecond)}/s, measured with ${formatBytes(storedBytes)}.`
      return `${measured} ${limitOf(throughput, way)}`
    })
  } finally {
    connection.close()
  }
}

async function introduce(connection: Connection, route: Route, signal: AbortSignal): Promise<ReceiverKind> {
  const late = AbortSignal.timeout(ANSWER_WITHIN_MS)
  try {
    return await connection.introduce(AbortSignal.any([signal, late]))
  } catch (error) {
    if (error !== late.reason) throw await why(error, route, signal)
    throw new Problem(`${route.address} did not answer within ${ANSWER_WITHIN_MS / 1000} s.`, { cause: error })
  }
}

/** The reason behind the error, when the connection did not even come about. */
async function why(error: unknown, route: Route, signal: AbortSignal): Promise<unknown> {
  signal.throwIfAborted()
  const found = await diagnose(error, route, signal)
  if (found.kind === 'trouble') return found.error
  return new Problem('The receiver has a new certificate that the old one vouches for; the next send takes it over.')
}

/** Milliseconds between a small question and its answer, on one connection that is open already. */
async function measureRoundTrip(route: Route, signal: AbortSignal): Promise<number> {
  const connection = connect(route, 1)
  const timesMs: number[] = []
  try {
    await askAboutNothing(connection, signal)
    for (let i = 0; i < ROUND_TRIPS; i++) {
      const startedAtMs = performance.now()
      await askAboutNothing(connection, signal)
      timesMs.push(performance.now() - startedAtMs)
    }
  } finally {
    connection.close()
  }
  return timesMs.sort((a, b) => a - b)[ROUND_TRIPS / 2] ?? 0
}

/** Every receiver knows this question and answers it shortly; that it knows no such file is an answer, too. */
async function askAboutNothing(connection: Connection, signal: AbortSignal): Promise<void> {
  try {
    await connection.queryChunks({ fileId: 'longshore-selftest' }, signal)
  } catch (error) {
    if (signal.aborted || (error as { readonly reason?: string }).reason !== 'REFUSED') throw error
  }
}

function isLoopback(address: string): boolean {
  return /^(localhost|127\.[\d.]+|\[::1\]):\d+$/.test(address)
}
