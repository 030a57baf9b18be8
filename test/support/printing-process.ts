import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program and what it prints. */
export type PrintingProcess<Child extends ChildProcess = ChildProcess> = {
  readonly child: Child
  /** What it printed on standard output so far, one element a line. */
  readonly lines: readonly string[]
  /** Everything on standard error so far. */
  errors(): string
  /** Resolves with its exit status, or the signal that ended it; rejects when it could not be started. */
  readonly ended: Promise<number | string>
  /**
   * Resolves with the first thing that is found in a line, past or future. Fails when the program ends without it.
   *
   * @param what it is, for the error
   */
  found<T>(look: (line: string) => T | undefined, what: string): Promise<T>
}

/** Follows a program that was just started. */
export function follow<Child extends ChildProcess>(child: Child, name: string): PrintingProcess<Child> {
  const lines: string[] = []
  const looks = new Set<(line: string) => boolean>()
  const ended = once(child, 'close').then(([code, signal]: (number | string)[]) => code ?? signal ?? 0)
  let errors = ''
  child.stderr?.on('data', (data) => {
    errors += data
  })
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      for (const look of looks) if (look(line)) looks.delete(look)
    })
  }
  return {
    child,
    lines,
    errors: () => errors,
    ended,
    found: (look, what) =>
      new Promise((resolve, reject) => {
        const finds = (line: string): boolean => {
          const found = look(line)
          if (found !== undefined) resolve(found)
          return found !== undefined
        }
        if (!lines.some(finds)) looks.add(finds)
        ended.then((code) => reject(new Error(`${name} ended with ${code} before ${what}: ${errors}`)), reject)
      }),
  }
}
