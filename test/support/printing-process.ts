import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** A program and what it prints. */
export type PrintingProcess = {
  readonly child: ChildProcessWithoutNullStreams
  /** What it printed on standard output so far, one element a line. */
  readonly lines: readonly string[]
  /** Everything on standard error so far. */
  errors(): string
  /** Resolves with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /**
   * Resolves as soon as something is found in the lines, past or future. Fails when the program ends without it.
   *
   * @param what it is, for the error
   */
  found<T>(look: (lines: readonly string[]) => T | undefined, what: string): Promise<T>
}

/** Follows a program that was started for a test, and kills it after the test when it still runs. */
export function following(child: ChildProcessWithoutNullStreams, name: string): PrintingProcess {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const ended = once(child, 'close').then(([code, signal]: (number | string)[]) => code ?? signal ?? 0)
  let errors = ''
  child.stderr.on('data', (data) => {
    errors += data
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const look of waiting) look()
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
  })
  return {
    child,
    lines,
    errors: () => errors,
    ended,
    found: (look, what) =>
      new Promise((resolve, reject) => {
        const lookAgain = (): void => {
          const found = look(lines)
          if (found === undefined) return
          waiting.delete(lookAgain)
          resolve(found)
        }
        waiting.add(lookAgain)
        lookAgain()
        ended.then((code) => reject(new Error(`${name} ended with ${code} before ${what}: ${errors}`)), reject)
      }),
  }
}
