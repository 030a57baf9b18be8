import { setTimeout as delay } from 'node:timers/promises'
import { Server } from '@grpc/grpc-js'
import type { FileTransferServiceHandlers } from '../../proto/generated/filetransfer/FileTransferService.ts'
import { healthService } from '../../proto/health.ts'
import { channelOptions, fileTransferService, pairingService } from '../../proto/index.ts'
import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'
import { reflectionServices } from '../../proto/reflection.ts'
import type { AccessOptions, ReceiverAccess } from '../access/access.ts'
import { createPairingService } from '../access/pairing-service.ts'
import { ReceiveError } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { boundedService } from '../calls/bounded-service.ts'
import { createCallLog } from '../calls/call-log.ts'
import type { EndedCall } from '../calls/ended-call.ts'
import { type Listener, listen } from '../calls/listener.ts'
import { Watch } from '../calls/watch.ts'
import { LEAST_WINDOW_BYTES } from '../limits/call-windows.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Health } from './health.ts'

/** Where to listen, and for whom. */
export type ServingOptions = Pick<AccessOptions, 'asksForTokens' | 'authenticate'> & {
  /** The address to listen on. */
  readonly host: string
  /** The TCP port; 0 picks a free one. */
  readonly port: number
  /** Told of each call that has ended. */
  readonly onCall?: (call: EndedCall) => void
  /** Whether programs that know nothing of the contract are told what it is. @default false */
  readonly reflection?: boolean
}

/** A gRPC server that is listening, and what looks after it. */
export type Serving = {
  readonly server: Server
  readonly listener: Listener
  readonly watch: Watch
  readonly health: Health
  /** The port it really listens on. */
  readonly port: number
}

/** How long {@link closeServing} waits for calls that are still busy, ms. */
const CLOSE_WITHIN_MS = 10_000

/** How long calls get for their last answers when nothing is being stored any more, ms. */
const LAST_ANSWERS_MS = 100

/**
 * Listens for calls, each of which is let in, or not, by the access before it is handled. Throws what {@link listen}
 * throws.
 */
export async function serve(
  options: ServingOptions,
  limits: ReceiverLimits,
  service: FileTransferServiceHandlers,
  { credentials, interceptors, pairing }: ReceiverAccess,
  health: Health,
  onUnexpected: OnUnexpected,
): Promise<Serving> {
  const { host, port, onCall, reflection } = options
  const asksWho = options.asksForTokens === true || options.authenticate !== undefined
  // Whoever has not said who it is gets little of the receiver, and a device says so with its first call.
  const callWindowBytes = asksWho ? LEAST_WINDOW_BYTES : RECEIVE_WINDOW_BYTES
  const watch = new Watch(limits, callWindowBytes)
  const server = new Server({
    ...channelOptions,
    'grpc.max_concurrent_streams': limits.maxStreamsPerConnection,
    'grpc.max_connection_idle_ms': limits.idleConnectionMs,
    interceptors: [...(onCall ? [createCallLog(onCall)] : []), watch.interceptor, ...interceptors],
  })
  server.addService(boundedService(fileTransferService), service)
  server.addService(boundedService(pairingService), createPairingService(pairing, onUnexpected))
  server.addService(boundedService(healthService), health.handlers)
  if (reflection) {
    const { createReflection } = await import('./reflection.ts')
    const handlers = createReflection([fileTransferService, pairingService, healthService], onUnexpected)
    for (const version of reflectionServices) server.addService(boundedService(version), handlers)
  }
  try {
    const listener = await listen(server, {
      host,
      port,
      credentials,
      limits,
      windowBytes: RECEIVE_WINDOW_BYTES,
      asksWho,
      callWindowBytes,
      onSession: (session, know) => watch.add(session, know),
    })
    return { server, listener, watch, health, port: listener.port }
  } catch (error) {
    watch.close()
    server.forceShutdown()
    throw error
  }
}

/**
 * Takes no new calls, ends the running ones after the chunks they are storing, at most {@link CLOSE_WITHIN_MS} later,
 * and every connection.
 */
export async function closeServing({ server, listener, watch, health }: Serving, sessions: Sessions): Promise<void> {
  health.drain()
  listener.stop()
  const shut = new Promise<void>((resolve) => server.tryShutdown(() => resolve()))
  // From Node 24 on, grpc-js calls back at once, while calls are still answered.
  const ended = Promise.all([shut, watch.ended()])
  let limit: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => {
    limit = setTimeout(resolve, CLOSE_WITHIN_MS)
  })
  const told = (async () => {
    await sessions.close()
    await Promise.race([ended, delay(LAST_ANSWERS_MS)])
    // Whoever still waits then, for example a three-RPC client between two chunks, hears that it is over.
    watch.endAll(new ReceiveError('DRAINING', 'The receiver is closing; go on when it is back.'))
    await ended
  })()
  await Promise.race([told, timeout])
  clearTimeout(limit)
  server.forceShutdown()
  await listener.close()
  watch.close()
}
