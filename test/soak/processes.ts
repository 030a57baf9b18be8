import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { follow, type PrintingProcess } from '../support/printing-process.ts'

const CLI = join(import.meta.dirname, '../../out/cli/index.js')

/** The terminal program as a real process. */
export type Program = PrintingProcess & {
  hasEnded(): boolean
  /** Resolves when it prints something more, or ends. */
  stirs(): Promise<unknown>
}

export type ProgramOptions = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** The processes of a round. All of them end with it, whatever happens. */
export class Processes {
  readonly #alive = new Set<ChildProcess>()

  longshore(args: readonly string[], { cwd, env = {} }: ProgramOptions = {}): Program {
    const child = spawn(process.execPath, [CLI, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
      ...(cwd !== undefined && { cwd }),
    })
    this.#alive.add(child)
    const running = follow(child, 'longshore')
    let hasEnded = false
    void running.ended.then(() => {
      this.#alive.delete(child)
      hasEnded = true
    })
    return {
      ...running,
      hasEnded: () => hasEnded,
      stirs: () => Promise.race([running.ended, once(child.stdout, 'data')]),
    }
  }

  /** Kills whatever still runs, also what is stopped. */
  async endAll(): Promise<void> {
    const ends = [...this.#alive].map((child) => once(child, 'close'))
    for (const child of this.#alive) child.kill('SIGKILL')
    await Promise.all(ends)
  }
}

/** Answers whether a process ended in time, ms. */
export async function endsWithin(program: Program, milliseconds: number): Promise<boolean> {
  const timer = new AbortController()
  try {
    const late = delay(milliseconds, 'late', { signal: timer.signal }).catch(() => 'late')
    return (await Promise.race([program.ended, late])) !== 'late'
  } finally {
    timer.abort()
  }
}

/** Sends SIGSTOP and waits until no thread of the process runs any more. */
export async function freeze({ child }: Program): Promise<void> {
  child.kill('SIGSTOP')
  for (let looks = 0; looks < 200 && stateOf(child.pid) !== 'T'; looks++) await delay(5)
}

/**
 * The letter that the system has for what a process does, such as T for stopped; undefined when there is no such
 * process.
 */
function stateOf(pid: number | undefined): string | undefined {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
