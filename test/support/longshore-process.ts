import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { killedWithTest } from './killed-with-test.ts'
import { follow, type PrintingProcess } from './printing-process.ts'
import { type ReceiveOptions, receiveFlags } from './receive-flags.ts'

/** The built terminal program. */
export const CLI = join(import.meta.dirname, '../../out/cli/index.js')

export type JsonLine = Readonly<Record<string, unknown>>

/** The terminal program, as a real process. */
export type LongshoreProcess = Pick<PrintingProcess<ChildProcessWithoutNullStreams>, 'child' | 'lines' | 'errors'> & {
  /** The next JSON line, past or future, with this event. Fails when the process ends without it. */
  event(name: string, fits?: (line: JsonLine) => boolean): Promise<JsonLine>
  /** Waits for its end; answers its exit status, or the signal that ended it. */
  ended(): Promise<number | string>
}

/** A receiver in a process of its own, which can be killed. */
export type ReceiverProcess = LongshoreProcess & {
  /** Of the process itself, or of the program in front. */
  readonly pid: number
  readonly port: number
  /** Where senders on this machine reach it. */
  readonly address: string
  /** All that it told when it began to listen. */
  readonly listening: JsonLine
  kill(signal: NodeJS.Signals): void
}

/** Starts `longshore` with these arguments. It is killed after the test when it still runs. */
export function longshore(...args: string[]): LongshoreProcess {
  return longshoreUnder({}, ...args)
}

/** The program that starts it, for example `strace`, with its own arguments; and what is added to the environment. */
export type Wrapper = {
  readonly program?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
}

/** Starts `longshore` under another program. */
export function longshoreUnder(wrapper: Wrapper, ...args: string[]): LongshoreProcess {
  return nodeProcess(wrapper, [CLI, ...args])
}

/** Starts a TypeScript file as it is, which prints like `longshore`: nothing has to be built before. */
export function sourceProcess(wrapper: Wrapper, file: string, ...args: readonly string[]): LongshoreProcess {
  return nodeProcess(wrapper, ['--import', 'tsx', file, ...args])
}

/** Starts a built program that prints like `longshore`. */
export function builtProcess(wrapper: Wrapper, file: string, ...args: readonly string[]): LongshoreProcess {
  return nodeProcess(wrapper, [file, ...args])
}

/** Starts `longshore receive` on loopback, and waits until it listens. */
export function longshoreReceive(
  directory: string,
  { program, env, ...options }: Wrapper & ReceiveOptions = {},
): Promise<ReceiverProcess> {
  return untilListening(longshoreUnder({ program, env }, 'receive', ...receiveFlags(directory, options)))
}

/** Waits until a receiver that was just started listens. */
export async function untilListening(receiver: LongshoreProcess): Promise<ReceiverProcess> {
  const listening = await receiver.event('listening')
  const { child } = receiver
  return {
    ...receiver,
    pid: child.pid ?? 0,
    port: Number(listening.port),
    address: `127.0.0.1:${listening.port}`,
    listening,
    kill: (signal) => void child.kill(signal),
  }
}

function nodeProcess({ program = [], env = {} }: Wrapper, args: readonly string[]): LongshoreProcess {
  const [command = process.execPath, ...rest] = [...program, process.execPath, ...args]
  const child = spawn(command, rest, { env: { ...process.env, ...env } })
  const { ended, found, ...running } = killedWithTest(follow(child, 'longshore'))
  return {
    ...running,
    ended: () => ended,
    event: (name, fits = () => true) =>
      found((text) => {
        const line = JSON.parse(text) as JsonLine
        return line.event === name && fits(line) ? line : undefined
      }, `“${name}”`),
  }
}
