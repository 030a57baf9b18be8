import { spawn } from 'node:child_process'
import { follow } from '../../test/support/printing-process.ts'
import { processTree } from './process-usage.ts'

/** What to run, before it runs, so that preparing it is not measured. */
export type Command = {
  readonly program: string
  readonly args: readonly string[]
  /** Added to the environment. @default nothing */
  readonly env?: Readonly<Record<string, string>>
  /**
   * Whether it listens to what it is told. @default its standard input is empty; a daemon that finds a socket there
   * thinks it was started by inetd
   */
  readonly takesLines?: true
  /** Whether its standard error is ours. @default it is told when the process fails */
  readonly showsErrors?: true
}

/** A process of the bench. */
export type Child = {
  readonly pid: number
  /** When it was started, ms on the clock of {@link monotonicMs}. */
  readonly startedAtMs: number
  /** Resolves when it ended with 0; else rejects with what it wrote on standard error. */
  readonly done: Promise<void>
  /** What it printed so far. */
  readonly lines: readonly string[]
  /** The first line, past or future, of which `read` makes something. Fails when the process ends without it. */
  line<T>(read: (line: string) => T | undefined): Promise<T>
  /** Writes a line to its standard input, if it takes any. */
  tell(line: string): void
  /** Ends it by its pid and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>
}

const alive = new Set<Child>()

/** A clock that all processes of this machine share, ms. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export function start({ program, args, env = {}, takesLines, showsErrors }: Command): Child {
  const startedAtMs = monotonicMs()
  const process_ = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: [takesLines ? 'pipe' : 'ignore', 'pipe', showsErrors ? 'inherit' : 'pipe'],
  })
  const { ended, lines, errors, found } = follow(process_, program)
  const said = () => errors().slice(-2000).trim()
  const done = ended.then(
    (code) => {
      alive.delete(child)
      if (code !== 0) throw new Error(`${program} ended with ${code}. ${said()}`)
    },
    (error: Error) => {
      throw new Error(`${program} cannot be started: ${error.message}`, { cause: error })
    },
  )
  // Whoever waits for it hears of it; a process that was stopped on purpose concerns nobody.
  done.catch(() => undefined)
  const child: Child = {
    pid: process_.pid ?? 0,
    startedAtMs,
    done,
    lines,
    tell: (line) => void process_.stdin?.write(`${line}\n`),
    line: (read) => found(read, 'it told what was waited for'),
    async stop(signal = 'SIGTERM') {
      process_.kill(signal)
      await ended.catch(() => 'it never ran')
    },
  }
  if (process_.pid !== undefined) alive.add(child)
  return child
}

/** Ends whatever still runs and what that has started, at once, when this process ends for whatever reason. */
export function killAll(): void {
  for (const pid of [...alive].flatMap((child) => processTree(child.pid))) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch (error) {
      // It had ended before.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
