import { timingSafeEqual } from 'node:crypto'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  deviceIdIn,
  digestOfToken,
  hexDigestOfToken,
  isDeviceId,
  isTokenDigest,
  newDeviceId,
  newToken,
} from '../../proto/token.ts'
import { hasCode, ReceiveError } from '../base/errors.ts'
import { toSafePath } from '../names/safe-path.ts'
import { accessError, notBelieved } from '../state-folder/doubt.ts'
import { isBelieved } from '../state-folder/owner.ts'
import {
  type Found,
  lookAtPrivate,
  parsedObject,
  removePrivateFile,
  writePrivateFile,
} from '../state-folder/private-file.ts'
import { makePrivateFolder } from '../state-folder/private-folder.ts'
import { findFormerDevice, forgetFormerDevice, keepFormerDevice } from './former-device.ts'
import type { KnownDevice, Rights } from './known-device.ts'

/** So many files that are not believed are named in the message. */
const MOST_TOLD = 8

/** A device that is paired, as the receiver remembers it. The token itself is nowhere but on the device. */
export type Device = KnownDevice & {
  /** SHA-256 of the token, hex. */
  readonly tokenDigest: string
  readonly createdAtMs: number
}

/** Where the devices of a receiver are, one file for each. */
export function devicesFolderOf(stateDirectory: string): string {
  return join(stateDirectory, 'devices')
}

/**
 * Makes a device known and answers its token, which cannot be had again. A receiver that is running takes it within
 * about a second.
 *
 * @param stateDirectory made when it is missing.
 * @param id of a device that is known again, whose place and whose uploads this one takes.
 * @throws ReceiveError BAD_NAME for a folder that is none, BAD_FLAGS for a quota without a folder.
 */
export async function addDevice(
  stateDirectory: string,
  { name, ...rights }: Rights & { readonly name: string },
  nowMs: number,
  id = newDeviceId(),
): Promise<{ device: Device; token: string }> {
  if (rights.quotaBytes !== undefined && rights.folder === undefined) {
    throw new ReceiveError('BAD_FLAGS', 'A quota counts what is in a folder, so the device needs a folder of its own.')
  }
  const folder = rights.folder && { folder: toSafePath(rights.folder) }
  const token = newToken(id)
  const device: Device = { ...rights, ...folder, id, name, tokenDigest: hexDigestOfToken(token), createdAtMs: nowMs }
  await keepDevice(stateDirectory, device)
  return { device, token }
}

/** Saves a device whose token was made by another program; it replaces the device that had its id before. */
export async function keepDevice(stateDirectory: string, device: Device): Promise<void> {
  await makePrivateFolder(devicesFolderOf(stateDirectory))
  await writePrivateFile(fileOf(stateDirectory, device.id), `${JSON.stringify(device, undefined, 2)}\n`)
  await forgetFormerDevice(stateDirectory, device.id)
}

/**
 * Revokes a device; its token is worth nothing within about a second. What would know it again stays, should it pair
 * with a new code. False when there is no such device.
 */
export async function revokeDevice(stateDirectory: string, id: string): Promise<boolean> {
  if (!isDeviceId(id)) return false
  const device = await readDevice(stateDirectory, id)
  if (device !== undefined) await keepFormerDevice(stateDirectory, device)
  // Also a file that cannot be read.
  return removePrivateFile(fileOf(stateDirectory, id))
}

/**
 * The device that had this token last, valid or not; undefined when there is none. It may be revoked or its time over:
 * this lets nobody in.
 */
export async function formerIdOf(stateDirectory: string, token: string): Promise<string | undefined> {
  const id = deviceIdIn(token)
  if (id === undefined) return undefined
  const known = (await readDevice(stateDirectory, id)) ?? (await findFormerDevice(stateDirectory, id))
  return known && timingSafeEqual(digestOfToken(token), Buffer.from(known.tokenDigest, 'hex')) ? id : undefined
}

async function readDevice(stateDirectory: string, id: string): Promise<Device | undefined> {
  return deviceIn(id, await lookAtPrivate(fileOf(stateDirectory, id)))
}

function deviceIn(id: string, found: Found): Device | undefined {
  return found.kind === 'text' ? toDevice(id, found.text) : undefined
}

/**
 * All devices, the oldest first. A file that cannot be read, or is not believed, is a device that is refused;
 * `onDamage` hears of it.
 */
export async function readDevices(stateDirectory: string, onDamage: (error: Error) => void): Promise<Device[]> {
  const devices: Device[] = []
  const doubts: string[] = []
  for (const name of await namesIn(devicesFolderOf(stateDirectory))) {
    const id = name.replace(/\.json$/, '')
    if (!name.endsWith('.json') || !isDeviceId(id)) continue
    const found = await lookAtPrivate(fileOf(stateDirectory, id))
    const device = deviceIn(id, found)
    if (device !== undefined) devices.push(device)
    else if (found.kind === 'doubtful') doubts.push(found.why)
    // A file that is gone was revoked between the look at the folder and the look at the file.
    else if (found.kind === 'text')
      onDamage(new Error(`The file of device ${id} cannot be read; the device is refused.`))
  }
  if (doubts.length > 0) onDamage(new Error(toldTogether(doubts)))
  return devices.sort((a, b) => a.createdAtMs - b.createdAtMs)
}

/** Many devices may have been put there at once. */
function toldTogether(doubts: readonly string[]): string {
  const more = doubts.length - MOST_TOLD
  const refused = doubts.length === 1 ? 'The device is refused' : `${doubts.length} devices are refused`
  return `${refused}: ${doubts.slice(0, MOST_TOLD).join(' ')}${more > 0 ? ` And ${more} more.` : ''}`
}

function fileOf(stateDirectory: string, id: string): string {
  return join(devicesFolderOf(stateDirectory), `${id}.json`)
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const found = await lstat(folder)
    if (!found.isDirectory() || !isBelieved(found.uid))
      throw notBelieved(
        `${folder} is not believed, because it is no folder, a symbolic link, or belongs to somebody else. Move it away.`,
      )
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw hasCode(error, 'EACCES', 'EPERM') ? accessError(folder, error) : error
  }
}

/** A file that says anything else than it should grants nothing. */
function toDevice(id: string, text: string): Device | undefined {
  const value = parsedObject(text)
  if (value === undefined) return undefined
  const isWhole =
    value.id === id &&
    typeof value.name === 'string' &&
    typeof value.tokenDigest === 'string' &&
    isTokenDigest(value.tokenDigest) &&
    typeof value.createdAtMs === 'number' &&
    typeof value.mayOverwrite === 'boolean' &&
    isNumberOrNone(value.expiresAtMs) &&
    isNumberOrNone(value.quotaBytes) &&
    isFolderOrNone(value.folder) &&
    (value.quotaBytes === undefined || value.folder !== undefined)
  return isWhole ? (value as Device) : undefined
}

function isNumberOrNone(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && value >= 0)
}

function isFolderOrNone(value: unknown): boolean {
  if (value === undefined) return true
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) return false
  try {
    return toSafePath(value).join('/') === value.join('/')
  } catch (error) {
    if (error instanceof ReceiveError) return false
    throw error
  }
}
