import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { findSystemPackages, JAVA_PACKAGES } from '../../scripts/system-packages.ts'

const EXAMPLE = join(import.meta.dirname, '../../examples/java')

/** Whether this machine can build and run examples/java. */
export function hasJava(): boolean {
  return findSystemPackages(JAVA_PACKAGES).kind === 'present'
}

/** Builds examples/java into a folder; answers its class path. */
export function buildJava(out: string): string {
  execFileSync('sh', [join(EXAMPLE, 'build.sh'), out], { stdio: 'pipe' })
  return readFileSync(join(out, 'classpath'), 'utf8')
}

/** A running program of examples/java. */
export type JavaProcess = {
  readonly child: ChildProcessWithoutNullStreams
  readonly lines: readonly string[]
  /** Resolves with the first line, past or future, that matches. Fails when the program ends without it. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  errors(): string
  /** Resolves with its exit status, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Starts one of them. It is killed after the test when it still runs. */
export function java(classPath: string, program: 'Uploader' | 'PlainServer', ...args: string[]): JavaProcess {
  const child = spawn('java', ['-cp', classPath, `example.${program}`, ...args])
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
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines.map((line) => pattern.exec(line)).find((match) => match !== null)
          if (found) resolve(found)
        }
        waiting.add(look)
        look()
        ended.then((code) => reject(new Error(`${program} ended with ${code} before ${pattern}: ${errors}`)), reject)
      }),
  }
}
