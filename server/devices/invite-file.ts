import { randomBytes } from 'node:crypto'
import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { readPairingCode } from '../../proto/pairing.ts'
import { hasCode } from '../base/errors.ts'
import { type Found, lookAtPrivateSync, parsedObject, removePrivateFile } from '../state-folder/private-file.ts'

/** A code that one device may pair with. */
export type Invite = {
  /** In its canonical form. */
  readonly code: string
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number
  readonly wrongTries: number
}

/** The state of a code: how many wrong proofs it has had, and whether it was used. */
export interface CodeTries {
  /** @throws ReceiveError STATE_UNREACHABLE. */
  isOpen(invite: Invite, mostWrong: number): Promise<boolean>
  /**
   * Counts a wrong proof, or uses the code up, in one step. Answers false, and does nothing, when the code is worth
   * nothing any more.
   *
   * @throws ReceiveError STATE_UNREACHABLE.
   */
  judge(invite: Invite, isRight: boolean, mostWrong: number): Promise<boolean>
}

/** For a receiver that is alone: the file of the code has its tries, and is deleted when it is used. */
export function triesInFile(stateDirectory: string): CodeTries {
  return {
    isOpen: async ({ wrongTries }, mostWrong) => wrongTries < mostWrong,
    async judge({ code, wrongTries }, isRight, mostWrong) {
      if (wrongTries >= mostWrong) return false
      if (!isRight) countWrongTry(inviteFileOf(stateDirectory), code)
      return true
    },
  }
}

/** Deletes a code. When several processes do so at the same moment, exactly one is answered true. */
export async function spend(path: string): Promise<boolean> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.used`
  try {
    await rename(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
  return removePrivateFile(aside)
}

/** Where the code is. */
export function inviteFileOf(stateDirectory: string): string {
  return join(stateDirectory, 'pairing.json')
}

/** A code that another process made meanwhile is left alone: nothing is waited for between the look and the change. */
function countWrongTry(path: string, code: string): void {
  const found = inviteIn(lookAtPrivateSync(path))
  if (found?.code !== code) return
  const aside = `${path}.tries.new`
  // A link of that name would be written through.
  rmSync(aside, { force: true, recursive: true })
  writeFileSync(aside, JSON.stringify({ ...found, wrongTries: found.wrongTries + 1 }), { mode: 0o600, flag: 'wx' })
  renameSync(aside, path)
}

/** The code in a file; undefined when the file is not believed, or says something else. */
export function inviteIn(found: Found): Invite | undefined {
  return found.kind === 'text' ? toInvite(found.text) : undefined
}

function toInvite(text: string): Invite | undefined {
  const value = parsedObject(text)
  const isWhole =
    typeof value?.code === 'string' &&
    readPairingCode(value.code) === value.code &&
    typeof value.expiresAtMs === 'number' &&
    typeof value.wrongTries === 'number'
  return isWhole ? (value as Invite) : undefined
}
