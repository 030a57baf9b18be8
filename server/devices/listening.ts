import { join } from 'node:path'
import { type Fingerprint, readFingerprint } from '../../proto/identity.ts'
import { formatPairingLink } from '../../proto/pairing.ts'
import { parsedObject, readPrivate, removePrivateFile, writePrivateFile } from '../state-folder/private-file.ts'

/** How a running receiver that devices can pair with is found, for the commands that invite a device. */
export type Listening = {
  /** `host:port` as another machine would call it. */
  readonly address: string
  /** Of the certificate it presents. */
  readonly fingerprint: Fingerprint
  /** The receiver's name for people. */
  readonly name: string
  /** The process that listens. */
  readonly pid: number
}

/** Remembers that this receiver is running, until it is {@link forgetListening forgotten}. */
export async function saveListening(stateDirectory: string, listening: Listening): Promise<void> {
  await writePrivateFile(fileOf(stateDirectory), JSON.stringify(listening))
}

/** The receiver does not run any more. */
export async function forgetListening(stateDirectory: string): Promise<void> {
  await removePrivateFile(fileOf(stateDirectory))
}

/**
 * The receiver that keeps its state in a folder and takes devices; undefined when none is running there.
 *
 * @throws ReceiveError STORAGE_NOT_WRITABLE when what is there is not believed: it would lead devices to somebody else.
 */
export async function readListening(stateDirectory: string): Promise<Listening | undefined> {
  const text = await readPrivate(fileOf(stateDirectory))
  const value = text === undefined ? undefined : parsedObject(text)
  if (typeof value?.address !== 'string' || typeof value.name !== 'string' || typeof value.pid !== 'number')
    return undefined
  const fingerprint = readFingerprint(String(value.fingerprint))
  if (fingerprint === undefined || !isAlive(value.pid)) return undefined
  return { address: value.address, name: value.name, pid: value.pid, fingerprint }
}

/** The link that a device pairs with. */
export function pairingLinkOf({ address, fingerprint, name }: Omit<Listening, 'pid'>, code: string): string {
  return formatPairingLink({ address, fingerprint, code, name })
}

/** A receiver that was killed leaves its file behind. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function fileOf(stateDirectory: string): string {
  return join(stateDirectory, 'listening.json')
}
