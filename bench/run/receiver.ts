import { join } from 'node:path'
import { type ReceiveOptions, receiveFlags } from '../../test/support/receive-flags.ts'
import { type Child, type Command, start } from './child.ts'

const CLI = join(import.meta.dirname, '../../out/cli/index.js')

/** The built terminal program with these arguments. */
export function longshore(...args: readonly string[]): Command {
  return { program: process.execPath, args: [CLI, ...args] }
}

/** A receiver that listens. */
export type StartedReceiver = {
  readonly child: Child
  readonly port: number
  /** A link to pair by; empty where nobody pairs. */
  readonly pairLink: string
}

type StartOptions = ReceiveOptions &
  Pick<Command, 'showsErrors'> & {
    readonly env?: Command['env'] | undefined
    /** What runs it. @default the Node of this process */
    readonly node?: string
  }

/** Starts `longshore receive` on loopback. */
export async function startReceiver(
  directory: string,
  { env, node = process.execPath, showsErrors, ...options }: StartOptions = {},
): Promise<StartedReceiver> {
  const command = longshore('receive', ...receiveFlags(directory, options))
  const child = start({ ...command, program: node, ...(env && { env }), ...(showsErrors && { showsErrors }) })
  return child.line((line) => {
    const { event, port, pairLink = '' } = JSON.parse(line)
    return event === 'listening' ? { child, port, pairLink } : undefined
  })
}
