import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const CLI = join(import.meta.dirname, '../../out/cli/index.js')

export type JsonLine = Readonly<Record<string, unknown>>

/** The terminal program, as a real process. */
export type LongshoreProcess = {
  readonly child: ChildProcessWithoutNullStreams
  /** What it printed on standard output so far, one element a line. */
  readonly lines: readonly string[]
  /** The next JSON line, past or future, with this event. Fails when the process ends without it. */
  event(name: string, fits?: (line: JsonLine) => boolean): Promise<JsonLine>
  /** Everything on standard error so far. */
  errors(): string
  /** Waits for its end; answers its exit status, or the signal that ended it. */
  ended(): Promise<number | string>
}

/** Starts `longshore` with these arguments. It is killed after the test when it still runs. */
export function longshore(...args: string[]): LongshoreProcess {
  return longshoreUnder({}, ...args)
}

/** The program that starts it, for example `strace`, with its own arguments; and what is added to the environment. */
export type Wrapper = { readonly program?: readonly string[]; readonly env?: Readonly<Record<string, string>> }

/** Starts `longshore` under another program. */
export function longshoreUnder({ program = [], env = {} }: Wrapper, ...args: string[]): LongshoreProcess {
  const [command = process.execPath, ...rest] = [...program, process.execPath, CLI, ...args]
  const child = spawn(command, rest, { env: { ...process.env, ...env } })
  const lines: string[] = []
  const waiting = new Set<() => void>()
  const closed = once(child, 'close').then(([code, signal]: (number | string)[]) => code ?? signal ?? 0)
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
    await closed
  })
  return {
    child,
    lines,
    errors: () => errors,
    ended: () => closed,
    event: (name, fits = () => true) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines
            .map((line) => JSON.parse(line) as JsonLine)
            .find((line) => line.event === name && fits(line))
          if (found === undefined) return
          waiting.delete(look)
          resolve(found)
        }
        waiting.add(look)
        look()
        closed.then((code) => reject(new Error(`longshore ended with ${code} before “${name}”: ${errors}`)), reject)
      }),
  }
}

/** Starts `longshore receive` on loopback; answers it with its address. */
export async function longshoreReceive(
  directory: string,
  port = 0,
  wrapper: Wrapper = {},
  more: readonly string[] = [],
): Promise<LongshoreProcess & { port: number }> {
  const flags = [
    '--dir',
    directory,
    '--port',
    String(port),
    '--host',
    '127.0.0.1',
    '--plaintext',
    '--no-auth',
    '--json',
  ]
  const receiver = longshoreUnder(wrapper, 'receive', ...flags, ...more)
  const listening = await receiver.event('listening')
  return { ...receiver, port: Number(listening.port) }
}
