import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { Problem } from './checks.ts'

/** A receiver on loopback that can be lost. */
export type MortalReceiver = {
  readonly port: number
  /** Ends it without a chance to tidy up; resolves when it is gone. */
  kill(): Promise<void>
}

/**
 * Starts a receiver on a folder; `onEnded` hears, in a sentence, that it ended although nobody killed it. An abort
 * kills it.
 */
export type StartMortalReceiver = (
  directory: string,
  onEnded: (sentence: string) => void,
  signal: AbortSignal,
) => Promise<MortalReceiver>

const START_WITHIN_MS = 30_000
const REMEMBERED_CHARACTERS = 2000

/** Runs this very program's `receive` as a process of its own, so that killing it is what a crash is. */
export const startReceiverProcess: StartMortalReceiver = async (directory, onEnded, signal) => {
  signal.throwIfAborted()
  const program = [...process.execArgv, process.argv[1] ?? '']
  const flags = ['--dir', directory, '--host', '127.0.0.1', '--port', '0', '--plaintext', '--no-auth', '--json']
  const child = spawn(process.execPath, [...program, 'receive', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const closed = once(child, 'close')
  const end = (): void => void child.kill('SIGKILL')
  const startTimer = setTimeout(end, START_WITHIN_MS)
  signal.addEventListener('abort', end, { once: true })
  let state: 'starting' | 'listening' | 'killed' = 'starting'
  let errors = ''
  child.stderr.on('data', (data) => {
    errors = (errors + data).slice(-REMEMBERED_CHARACTERS)
  })

  const port = await new Promise<number>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line) as { readonly event: string; readonly port: number }
      if (event.event === 'listening') resolve(event.port)
    })
    closed.then(([code, killedBy]) => {
      signal.removeEventListener('abort', end)
      const sentence = `The receiver ended by itself (${code ?? killedBy}). ${errors}`.trimEnd()
      if (state === 'listening') onEnded(sentence)
      reject(new Problem(sentence))
    }, reject)
  }).finally(() => clearTimeout(startTimer))
  state = 'listening'
  return {
    port,
    async kill() {
      state = 'killed'
      end()
      await closed
    },
  }
}

/** A receiver that is started again after each crash. */
export type RestartedReceiver = {
  /** Where it listens; while it is down, where it did. */
  port(): number
  /** Kills it and starts it again on the same folder, after the crash before is over. */
  crash(): void
  /** Kills it for good. */
  close(): Promise<void>
}

/** `onTrouble` hears, in a sentence, that the receiver ended by itself or did not come up again. */
export async function startRestartedReceiver(
  start: StartMortalReceiver,
  directory: string,
  onTrouble: (sentence: string) => void,
  signal: AbortSignal,
): Promise<RestartedReceiver> {
  let current = await start(directory, onTrouble, signal)
  let crashes = Promise.resolve()

  async function crashOnce(): Promise<void> {
    try {
      await current.kill()
      current = await start(directory, onTrouble, signal)
    } catch (error) {
      onTrouble(error instanceof Error ? error.message : String(error))
    }
  }

  return {
    port: () => current.port,
    crash() {
      crashes = crashes.then(crashOnce)
    },
    async close() {
      await crashes
      await current.kill()
    },
  }
}
