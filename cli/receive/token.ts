import { MAX_DEVICE_NAME_CHARACTERS } from '../../proto/limits.ts'
import { addDevice } from '../../server/devices/device.ts'
import { readOrMakeIdentity } from '../../server/devices/identity.ts'
import { readListening } from '../../server/devices/listening.ts'
import { UsageError } from '../shared/usage-error.ts'
import type { ReceivingFolder } from './about-receiver.ts'
import { inStateOf } from './receiving-folder.ts'

/** What `token create` was asked for. */
export type CreateOptions = ReceivingFolder & {
  readonly name: string
  readonly ttl?: string
  readonly folder?: string
  readonly quota?: string
  /** False for `--no-overwrite`. */
  readonly overwrite: boolean
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const unitBytes = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 }

/** Makes a token and prints it. */
export async function createToken(options: CreateOptions): Promise<void> {
  const { name, ttl, folder, quota, overwrite } = options
  if (name.trim() === '' || name.length > MAX_DEVICE_NAME_CHARACTERS)
    throw new UsageError(`--name takes 1 to ${MAX_DEVICE_NAME_CHARACTERS} characters.`)
  const nowMs = Date.now()
  const wish = {
    name: name.trim(),
    mayOverwrite: overwrite,
    ...(ttl !== undefined && { expiresAtMs: nowMs + readDurationMs(ttl) }),
    ...(folder !== undefined && { folder: folder.split('/').filter((part) => part !== '') }),
    ...(quota !== undefined && { quotaBytes: readBytes(quota) }),
  }
  await inStateOf(options, async (stateDirectory) => {
    // One that is not believed refuses the command before anything is made.
    const listening = await readListening(stateDirectory)
    const { device, token } = await addDevice(stateDirectory, wish, nowMs)
    const { fingerprint } = listening ?? (await readOrMakeIdentity(stateDirectory))
    process.stdout.write(`${token}\n`)
    process.stderr.write(`Device ${device.id}; the receiver's fingerprint is ${fingerprint}\n`)
  })
}

function readDurationMs(text: string): number {
  const [, amount, unit] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? []
  if (unit === undefined) throw new UsageError(`--ttl takes a duration like 90m, 24h or 90d, got “${text}”.`)
  return Number(amount) * unitMs[unit as keyof typeof unitMs]
}

function readBytes(text: string): number {
  const [, amount, unit] = /^(\d{1,15}(?:\.\d{1,3})?)([KMGT]?)$/i.exec(text) ?? []
  const bytes = Math.floor(Number(amount) * unitBytes[(unit ?? '').toUpperCase() as keyof typeof unitBytes])
  if (unit === undefined || !Number.isSafeInteger(bytes))
    throw new UsageError(`--quota takes a size like 500G, got “${text}”.`)
  return bytes
}
