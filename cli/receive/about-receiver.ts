import type { Command } from 'commander'

/** Which receiver a command is about. */
export type ReceivingFolder = { readonly dir: string; readonly stateDir?: string }

/** Gives a command the flags that name a receiver, which may be running or not. */
export function aboutReceiver(command: Command): Command {
  return command
    .requiredOption('--dir <dir>', 'the receiving folder')
    .option('--state-dir <dir>', 'where its receiver keeps its state; .longshore inside --dir by default')
}
