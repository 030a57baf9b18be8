import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { processTree } from './process-usage.ts'

/** What to run, before it runs, so that preparing it is not measured. */
export type Command = {
  readonly program: string
  readonly args: readonly string[]
  /** Added to the environment. @default nothing */
  readonly env?: Readonly<Record<string, string>>
  /** Whether it listens to what it is told. @default its standard input is empty; a daemon that finds a socket there thinks it was started by inetd */
  readonly takesLines?: true
}

/** A process of the bench. */
export type Child = {
  readonly pid: number
  /** When it was started, ms on the clock of {@link monotonicMs}. */
  readonly startedAtMs: number
  /** Resolves when it ended with 0; else rejects with what it wrote on standard error. */
  readonly done: Promise<void>
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

export function start({ program, args, env = {}, takesLines }: Command): Child {
  const startedAtMs = monotonicMs()
  const process_ = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: [takesLines ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<string | undefined>((resolve) => {
    process_.once('error', (error) => resolve(`${program} cannot be started: ${error.message}`))
    process_.once('close', (code, signal) =>
      resolve(code === 0 ? undefined : `${program} ended with ${code ?? signal}`),
    )
  })
  const errors = lastText(process_)
  const lines = collectLines(process_)
  const done = ended.then((trouble) => {
    alive.delete(child)
    if (trouble !== undefined) throw new Error(`${trouble}. ${errors()}`)
  })
  // Whoever waits for it hears of it; a process that was stopped on purpose concerns nobody.
  done.catch(() => undefined)
  const child: Child = {
    pid: process_.pid ?? 0,
    startedAtMs,
    done,
    tell: (line) => void process_.stdin?.write(`${line}\n`),
    line: (read) =>
      new Promise((resolve, reject) => {
        lines.watch((line) => {
          const found = read(line)
          if (found !== undefined) resolve(found)
          return found !== undefined
        })
        void ended.then((trouble) => reject(new Error(`${trouble ?? `${program} ended too early`}. ${errors()}`)))
      }),
    async stop(signal = 'SIGTERM') {
      process_.kill(signal)
      await ended
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

/** The end of what it wrote on standard error. */
function lastText({ stderr }: ChildProcess): () => string {
  let text = ''
  stderr?.on('data', (data) => {
    text = `${text}${data}`.slice(-2000)
  })
  return () => text.trim()
}

function collectLines({ stdout }: ChildProcess): { watch(look: (line: string) => boolean): void } {
  const lines: string[] = []
  const looks = new Set<(line: string) => boolean>()
  if (stdout) {
    createInterface({ input: stdout }).on('line', (line) => {
      lines.push(line)
      for (const look of looks) if (look(line)) looks.delete(look)
    })
  }
  return {
    watch(look) {
      if (!lines.some(look)) looks.add(look)
    },
  }
}
