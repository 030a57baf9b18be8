import { statSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { ReceiveError } from '../server/errors.ts'
import { STATE_FOLDER } from '../server/safe-path.ts'
import { UsageError } from './usage-error.ts'

/** Which receiver a command is about. */
export type ReceivingFolder = { readonly dir: string; readonly stateDir?: string }

/** Gives a command the flags that name a receiver, which may be running or not. */
export function aboutReceiver(command: Command): Command {
  return command
    .requiredOption('--dir <dir>', 'the receiving folder')
    .option('--state-dir <dir>', 'where its receiver keeps its state; .longshore inside --dir by default')
}

/**
 * Runs a task with the folder in which the receiver keeps its state, which is made when it is missing. What the receiver refuses becomes a
 * {@link UsageError}.
 */
export async function inStateOf<T>(
  { dir, stateDir }: ReceivingFolder,
  task: (stateDirectory: string) => Promise<T>,
): Promise<T> {
  // Made by a slip of the keyboard, a folder would look as if it had no devices.
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--dir: there is no folder “${dir}”.`)
  const stateDirectory = resolve(stateDir ?? join(dir, STATE_FOLDER))
  await mkdir(stateDirectory, { recursive: true, mode: 0o700 })
  try {
    return await task(stateDirectory)
  } catch (error) {
    if (error instanceof ReceiveError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}
