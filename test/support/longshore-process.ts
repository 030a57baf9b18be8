import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { following, type PrintingProcess } from './printing-process.ts'

const CLI = join(import.meta.dirname, '../../out/cli/index.js')

export type JsonLine = Readonly<Record<string, unknown>>

/** The terminal program, as a real process. */
export type LongshoreProcess = Pick<PrintingProcess, 'child' | 'lines' | 'errors'> & {
  /** The next JSON line, past or future, with this event. Fails when the process ends without it. */
  event(name: string, fits?: (line: JsonLine) => boolean): Promise<JsonLine>
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
  const { ended, found, ...running } = following(spawn(command, rest, { env: { ...process.env, ...env } }), 'longshore')
  return {
    ...running,
    ended: () => ended,
    event: (name, fits = () => true) =>
      found(
        (lines) => lines.map((line) => JSON.parse(line) as JsonLine).find((line) => line.event === name && fits(line)),
        `“${name}”`,
      ),
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
