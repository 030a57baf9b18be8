import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { hookEnvironment } from './base/environment.ts'
import { receiveErrorFrom } from './base/errors.ts'
import type { OnUnexpected } from './base/unexpected.ts'
import { within } from './base/within.ts'
import type { StoredEvent } from './receiver.ts'
import { toWebhook } from './webhook.ts'

/** What else is to happen when a file is stored. */
export type HooksConfig = {
  /**
   * A program that is started for each file, without a shell: its one argument is the file's absolute path, its
   * standard input one JSON object. Of the environment it gets what {@link hookEnvironment} says.
   */
  readonly command?: string | undefined
  /**
   * Where the same JSON object is posted to, http or https. What it says but for scheme, host and port is told nowhere.
   */
  readonly webhook?: string | undefined
  /**
   * Origins like `https://hooks.example`, with commas between them; the webhook must be at one of them. Any when not
   * given.
   */
  readonly webhookOrigins?: string | undefined
}

/** Runs hooks, one file after the other, in the order in which the files were stored. */
export interface Hooks {
  stored(file: StoredEvent): void
  /** Takes no more, gives what waits up to {@link CLOSE_WITHIN_MS}, and ends what still runs then. */
  close(): Promise<void>
}

/** At most this many files wait: a hook that is slower than files arrive must not fill the memory. */
const MOST_WAITING = 10_000
/**
 * A program that takes longer is ended, ms: converting a film may take its time, hanging for ever may not hold up all
 * others.
 */
const COMMAND_WITHIN_MS = 3_600_000
/** A webhook that failed is tried again after so many ms each time, and then given up. */
const RETRY_AFTER_MS = [1_000, 10_000]
const CLOSE_WITHIN_MS = 10_000
/** So many characters of what a program wrote to standard error are reported. */
const MOST_COMPLAINT = 500

/**
 * @param locate answers where a stored file is, for the program and the webhook.
 * @param onTrouble told when a hook failed, which changes nothing for the file or its sender.
 * @throws ReceiveError BAD_FLAGS when the command cannot be run or the webhook is no URL that a file can be told to.
 */
export function startHooks(
  { command, webhook, webhookOrigins }: HooksConfig,
  locate: (name: string) => string,
  onTrouble: OnUnexpected,
  retryAfterMs: readonly number[] = RETRY_AFTER_MS,
): Hooks {
  const program = command === undefined ? undefined : toProgram(command)
  const posted = webhook === undefined ? undefined : toWebhook(webhook, webhookOrigins)
  const over = new AbortController()
  let waiting = 0
  let closing = false
  let last: Promise<void> = Promise.resolve()

  async function run(file: StoredEvent): Promise<void> {
    const path = locate(file.name)
    const told = JSON.stringify({ ...file, path })
    if (program !== undefined)
      await attempt(() => within(COMMAND_WITHIN_MS, over.signal, (soon) => runCommand(program, path, told, soon)))
    if (posted !== undefined) await attempt(() => posted.post(told, retryAfterMs, over.signal))
  }

  async function attempt(hook: () => Promise<void>): Promise<void> {
    try {
      if (!over.signal.aborted) await hook()
    } catch (error) {
      onTrouble(error)
    }
  }

  return {
    stored(file) {
      if (closing) return
      if (waiting >= MOST_WAITING) {
        onTrouble(new Error(`${waiting} files wait for the hook; it is not run for ${file.name}.`))
        return
      }
      waiting += 1
      last = last.then(() => run(file)).finally(() => (waiting -= 1))
    },
    async close() {
      closing = true
      const late = setTimeout(() => over.abort(new Error('The receiver is closing.')), CLOSE_WITHIN_MS)
      await last
      clearTimeout(late)
    },
  }
}

function toProgram(command: string): string {
  const program = resolve(command)
  try {
    accessSync(program, constants.X_OK)
    return program
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    throw receiveErrorFrom(error, 'BAD_FLAGS', `--on-stored names ${program}, which cannot be run (${why}).`)
  }
}

async function runCommand(program: string, path: string, told: string, signal: AbortSignal): Promise<void> {
  const child = spawn(program, [path], { env: hookEnvironment(), stdio: ['pipe', 'ignore', 'pipe'], signal })
  let complaint = ''
  child.stderr.on('data', (data) => {
    complaint = (complaint + data).slice(-MOST_COMPLAINT)
  })
  // A program may end without reading its standard input.
  child.stdin.on('error', () => undefined)
  child.stdin.end(`${told}\n`)
  try {
    const [code, ended] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    if (code !== 0) throw new Error(`it ended with ${code ?? ended}. ${complaint.trim()}`)
  } catch (error) {
    throw new Error(`The hook ${program} failed for ${path}: ${(error as Error).message}`, { cause: error })
  }
}
