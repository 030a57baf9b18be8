import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { ReceiverCommand } from '../../proto/own-receiver.ts'
import { messageOf } from '../notices/message-of.ts'
import { isForPeople, type ReceiverEvent, readReceiverLine } from './receiver-output.ts'

/** What is needed of a child process; Electron's utility process and Node's child process both have it. */
export type ReceiverChild = NodeJS.EventEmitter & {
  readonly pid?: number | undefined
  readonly stdout: NodeJS.ReadableStream | null
  readonly stderr: NodeJS.ReadableStream | null
  kill(): boolean
  /** Gives the process a message; it answers with lines. */
  postMessage(command: ReceiverCommand): void
}

/**
 * A receiver that is asked to stop finishes the chunks in flight; one that takes longer is ended, which loses nothing
 * that it acknowledged.
 */
const STOP_MS = 2_500

/** How a receiver process ended. */
export type Ending = {
  readonly exitCode: number
  /** The last line it wrote for people; empty when there was none. */
  readonly lastWords: string
  /** How long it listened, milliseconds; undefined when it never did. */
  readonly listenedMs: number | undefined
}

/** Follows one process from start to exit, telling what its lines say; the signal stops it. */
export async function runReceiver(
  child: ReceiverChild,
  tell: (event: ReceiverEvent) => void,
  signal: AbortSignal,
): Promise<Ending> {
  let listeningSinceMs: number | undefined
  let lastWords = ''
  const exited = new Promise<number>((resolve) => {
    child.once('exit', (code: number | null) => resolve(code ?? 1))
    // A program that cannot be started may never exit.
    child.on('error', (cause: unknown) => {
      lastWords = messageOf(cause)
      resolve(1)
    })
  })

  const outputs = [
    follow(child.stdout, (line) => {
      const event = readReceiverLine(line)
      if (event === undefined || signal.aborted) return
      if (event.kind === 'listening') listeningSinceMs = performance.now()
      tell(event)
    }),
    follow(child.stderr, (line) => {
      if (isForPeople(line)) lastWords = line.trim()
    }),
  ]

  const stop = () => {
    // A process that is still being made cannot be stopped before it is there.
    if (!child.kill()) child.once('spawn', () => child.kill())
    const tooLate = setTimeout(() => killHard(child), STOP_MS)
    void exited.then(() => clearTimeout(tooLate))
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  try {
    const exitCode = await exited
    const endedMs = performance.now()
    // The last words may still be in the pipe; a pipe that somebody else holds open must not hold this up.
    await Promise.race([Promise.all(outputs), delay(200)])
    const listenedMs = listeningSinceMs === undefined ? undefined : endedMs - listeningSinceMs
    return { exitCode, lastWords, listenedMs }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function follow(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): Promise<void> {
  if (!stream) return
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })
  lines.on('line', onLine)
  await once(lines, 'close')
}

function killHard({ pid }: ReceiverChild): void {
  if (pid === undefined) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (cause) {
    // It may have ended by itself in this very moment.
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'ESRCH')) throw cause
  }
}
