import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ReceiveError } from '../../server/base/errors.ts'
import { STATE_FOLDER } from '../../server/names/safe-path.ts'
import { accessError } from '../../server/state-folder/doubt.ts'
import { onBehalfOf } from '../../server/state-folder/owner.ts'
import { openStateFolder } from '../../server/state-folder/private-folder.ts'
import { UsageError } from '../shared/usage-error.ts'
import type { ReceivingFolder } from './about-receiver.ts'

/**
 * Runs a task with the folder in which the receiver keeps its state, which is made when it is missing. What the
 * administrator makes there belongs to the owner of that folder, or of the receiving folder where there is none yet.
 * What the receiver, or the system, refuses becomes a {@link UsageError}.
 */
export async function inStateOf<T>(
  { dir, stateDir }: ReceivingFolder,
  task: (stateDirectory: string) => Promise<T>,
): Promise<T> {
  const stateDirectory = resolve(stateDir ?? join(dir, STATE_FOLDER))
  try {
    const receiving = statSync(dir, { throwIfNoEntry: false })
    // A mistyped folder that is made here would look as if it had no devices.
    if (!receiving?.isDirectory()) throw new UsageError(`--dir: there is no folder “${dir}”.`)
    return await onBehalfOf(statSync(stateDirectory, { throwIfNoEntry: false }) ?? receiving, async () => {
      if (await openStateFolder(stateDirectory)) process.stderr.write(`Warning: ${wasOpen(stateDirectory)}\n`)
      return task(stateDirectory)
    })
  } catch (error) {
    throw toUsageError(error)
  }
}

function wasOpen(stateDirectory: string): string {
  return `${stateDirectory} was open to other users, and is closed to them now. They may have read its keys and codes: \`longshore devices rotate-identity\` makes a new key.`
}

/** What the receiver, or the system, refuses, as a {@link UsageError}; anything else as it is. */
export function toUsageError(error: unknown): unknown {
  if (error instanceof ReceiveError) return new UsageError(error.message, { cause: error })
  const { code, path, syscall } = error as NodeJS.ErrnoException
  if (syscall === undefined || code === undefined) return error
  if (path !== undefined && ['EACCES', 'EPERM'].includes(code)) return toUsageError(accessError(path, error))
  return new UsageError(`${path ?? 'the receiver’s folder'} cannot be used (${code}).`, { cause: error })
}
