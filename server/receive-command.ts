import { Command } from 'commander'
import { type ReceiveFlags, withReceiveFlags } from './settings/receive-flags.ts'

/** Output options for commander: the value of a misspelt flag is not repeated, because it may be a secret. */
export const withoutValues = {
  outputError: (text: string, write: (text: string) => void) =>
    write(text.replace(/(unknown option '-[\w-]+)=[^\n]*'/, "$1'")),
}

/**
 * A command that runs a receiver until SIGTERM or SIGINT, closes it gracefully and leaves 0 as the exit status; or 2,
 * with one sentence on standard error, when it could not start as it was asked to. The terminal program and the
 * receiver's own process both run this one.
 */
export function createReceiveCommand(name: string): Command {
  return withReceiveFlags(new Command(name))
    .description('Receives files into a folder, until it is told to stop.')
    .configureOutput(withoutValues)
    .action(async (_flags: ReceiveFlags, command: Command) => {
      const { runReceiver } = await import('./run.ts')
      process.exitCode = await runReceiver(command)
    })
}
