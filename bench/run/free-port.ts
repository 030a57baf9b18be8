import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { listenOnLoopback } from '../../test/support/net/listen.ts'
import type { Child } from './child.ts'

const LISTENS_WITHIN_MS = 10_000

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenOnLoopback(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until `child` takes connections on a port; fails when it does not or ends. */
export async function untilListening(child: Child, port: number): Promise<void> {
  let failure: unknown
  child.done.catch((error) => {
    failure = error
  })
  for (const untilMs = performance.now() + LISTENS_WITHIN_MS; performance.now() < untilMs; await delay(10)) {
    if (failure !== undefined) throw failure
    if (await takesConnections(port)) return
  }
  throw new Error(`Nothing listens on port ${port} after ${LISTENS_WITHIN_MS} ms.`)
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
