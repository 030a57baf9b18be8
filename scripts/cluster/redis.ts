import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connectRedis } from '../../server/ledger/redis-connection.ts'

/** A Redis of its own, on loopback, that keeps what it has in a folder. */
export type RunningRedis = {
  /** For `--redis`. */
  readonly url: string
  readonly port: number
  /** Ends it at once, as a power failure would but for what the system has in memory. */
  kill(): Promise<void>
  /** Starts it again on the same port with what its folder has. */
  start(): Promise<void>
  /** Ends it. */
  stop(): Promise<void>
}

export const hasRedis = spawnSync('redis-server', ['--version']).status === 0

const STARTS_WITHIN_MS = 10_000

/**
 * @param port a free one.
 * @throws Error when there is no `redis-server` or it does not start; Debian's package `redis-server` has it.
 */
export async function startRedis(folder: string, port: number): Promise<RunningRedis> {
  await mkdir(folder, { recursive: true })
  let process: ChildProcess | undefined
  const start = async () => {
    const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--appendonly', 'yes', '--save', '']
    const started = spawn('redis-server', flags, { stdio: ['ignore', 'ignore', 'inherit'] })
    process = started
    await Promise.race([once(started, 'spawn'), once(started, 'error').then(([error]) => Promise.reject(error))])
    await untilAnswering(port, started)
  }
  const end = async (signal: NodeJS.Signals) => {
    const ending = process
    process = undefined
    if (ending === undefined || ending.exitCode !== null) return
    const ended = once(ending, 'exit')
    ending.kill(signal)
    await ended
  }
  await start()
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    kill: () => end('SIGKILL'),
    start,
    stop: () => end('SIGTERM'),
  }
}

/** Makes a Redis forget everything. */
export async function emptyRedis(url: string): Promise<void> {
  const state = await connectRedis(url, () => undefined)
  try {
    await state.command('FLUSHALL')
  } finally {
    state.close()
  }
}

async function untilAnswering(port: number, redis: ChildProcess): Promise<void> {
  for (const untilMs = performance.now() + STARTS_WITHIN_MS; performance.now() < untilMs; await delay(20)) {
    if (redis.exitCode !== null) throw new Error(`redis-server ended with ${redis.exitCode}.`)
    if (await answersPing(port)) return
  }
  throw new Error(`redis-server does not answer on port ${port} after ${STARTS_WITHIN_MS} ms.`)
}

/** It takes connections while it still loads what it had. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port }, () => socket.write('PING\r\n'))
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (data) => end(data.toString().startsWith('+PONG')))
    socket.once('error', () => end(false))
    socket.once('close', () => resolve(false))
  })
}
