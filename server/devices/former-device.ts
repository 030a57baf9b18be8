import { join } from 'node:path'
import { isDeviceId, isTokenDigest } from '../../proto/token.ts'
import { hasCode } from '../base/errors.ts'
import { lookAtPrivate, parsedObject, removePrivateFile, writePrivateFile } from '../state-folder/private-file.ts'
import { makePrivateFolder } from '../state-folder/private-folder.ts'

/**
 * What is kept of a device that was revoked: enough to know it again when it pairs with a new code, so that it goes on
 * with what it left unfinished. It grants nothing.
 */
export type FormerDevice = {
  readonly id: string
  /** SHA-256 of the token that it had last, hex. */
  readonly tokenDigest: string
}

export async function keepFormerDevice(stateDirectory: string, { id, tokenDigest }: FormerDevice): Promise<void> {
  await makePrivateFolder(folderOf(stateDirectory))
  await writePrivateFile(fileOf(stateDirectory, id), `${JSON.stringify({ id, tokenDigest })}\n`)
}

/** Undefined when no device of that id was revoked, or what is kept of it is not believed. */
export async function findFormerDevice(stateDirectory: string, id: string): Promise<FormerDevice | undefined> {
  const found = isDeviceId(id) ? await lookAtPrivate(fileOf(stateDirectory, id)) : undefined
  const value = found?.kind === 'text' ? parsedObject(found.text) : undefined
  if (value?.id !== id || typeof value.tokenDigest !== 'string' || !isTokenDigest(value.tokenDigest)) return undefined
  return { id, tokenDigest: value.tokenDigest }
}

/** The device is one that may send again. What cannot be deleted stays: it grants nothing. */
export async function forgetFormerDevice(stateDirectory: string, id: string): Promise<void> {
  try {
    await removePrivateFile(fileOf(stateDirectory, id))
  } catch (error) {
    if (!hasCode(error, 'STORAGE_NOT_WRITABLE')) throw error
  }
}

function folderOf(stateDirectory: string): string {
  return join(stateDirectory, 'former-devices')
}

function fileOf(stateDirectory: string, id: string): string {
  return join(folderOf(stateDirectory), `${id}.json`)
}
