import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { findSystemPackages, JAVA_PACKAGES } from '../../scripts/system-packages.ts'
import { killedWithTest } from './killed-with-test.ts'
import { follow, type PrintingProcess } from './printing-process.ts'

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
export type JavaProcess = PrintingProcess & {
  /** Resolves with the first line, past or future, that matches. Fails when the program ends without it. */
  line(pattern: RegExp): Promise<RegExpExecArray>
}

/** A virtual machine that runs for seconds is not worth what it compiles for hours. */
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** Starts one of them. It is killed after the test when it still runs. */
export function java(classPath: string, program: 'Uploader' | 'PlainServer', ...args: string[]): JavaProcess {
  const started = spawn('java', [...SHORT_LIVED, '-cp', classPath, `example.${program}`, ...args])
  const running = killedWithTest(follow(started, program))
  return { ...running, line: (pattern) => running.found((line) => pattern.exec(line) ?? undefined, String(pattern)) }
}
