import { spacedCode } from '../../proto/pairing.ts'
import { invite } from '../../server/access/pairing.ts'
import { printable } from '../../server/base/printable.ts'
import { type Device, readDevices, revokeDevice } from '../../server/devices/device.ts'
import { rotateIdentity } from '../../server/devices/identity.ts'
import { pairingLinkOf, readListening } from '../../server/devices/listening.ts'
import { qrCode } from '../../server/qr-code.ts'
import { formatBytes } from '../shared/format.ts'
import { UsageError } from '../shared/usage-error.ts'
import type { ReceivingFolder } from './about-receiver.ts'
import { inStateOf } from './receiving-folder.ts'

/** What each of the commands was asked for. */
export type DevicesOptions = ReceivingFolder & { readonly json?: true; readonly qr?: true }

const UNKNOWN_DEVICE = 1

export async function list(options: DevicesOptions): Promise<void> {
  const devices = await inStateOf(options, (stateDirectory) =>
    readDevices(stateDirectory, ({ message }) => process.stderr.write(`Warning: ${message}\n`)),
  )
  for (const device of devices) say(options, toEvent(device), sentenceOn(device))
  if (devices.length === 0 && !options.json) process.stdout.write('No device is paired.\n')
}

/** Resolves with the exit status. */
export async function revoke(id: string, options: DevicesOptions): Promise<number> {
  const wasThere = await inStateOf(options, (stateDirectory) => revokeDevice(stateDirectory, id))
  if (wasThere) {
    say(options, { event: 'revoked', id }, `Device ${id} may send no more.`)
    return 0
  }
  process.stderr.write(`longshore: there is no device “${printable(id)}”; \`longshore devices list\` shows them.\n`)
  return UNKNOWN_DEVICE
}

export async function inviteDevice(options: DevicesOptions): Promise<void> {
  await inStateOf(options, async (stateDirectory) => {
    const listening = await readListening(stateDirectory)
    if (listening === undefined) {
      throw new UsageError('no receiver that devices can pair with is running there; it shows a link when it starts.')
    }
    const { code, expiresAtMs } = await invite(stateDirectory, Date.now())
    const pairLink = pairingLinkOf(listening, code)
    const expiresAt = new Date(expiresAtMs).toISOString()
    const sentence = `The code ${spacedCode(code)} is good for one device and ten minutes. The link with it:\n  ${pairLink}`
    say(options, { event: 'invite', pairLink, expiresAt }, sentence)
    if (options.qr ?? (process.stdout.isTTY && !options.json)) process.stdout.write(`${await qrCode(pairLink)}\n`)
  })
}

export async function rotate(options: DevicesOptions): Promise<void> {
  const changed = await inStateOf(options, rotateIdentity)
  const sentence = `The fingerprint changes from\n  ${changed.before} to\n  ${changed.after}\nwhen the receiver starts next.`
  say(options, { event: 'rotated', ...changed }, sentence)
}

function say({ json }: DevicesOptions, event: object, sentence: string): void {
  process.stdout.write(`${json ? JSON.stringify(event) : sentence}\n`)
}

function toEvent({ id, name, createdAtMs, expiresAtMs, folder, quotaBytes, mayOverwrite }: Device): object {
  return {
    event: 'device',
    id,
    name,
    pairedAt: new Date(createdAtMs).toISOString(),
    ...(expiresAtMs !== undefined && { expiresAt: new Date(expiresAtMs).toISOString() }),
    ...(folder && { folder: folder.join('/') }),
    ...(quotaBytes !== undefined && { quotaBytes }),
    mayOverwrite,
  }
}

function sentenceOn({ id, name, createdAtMs, expiresAtMs, folder, quotaBytes, mayOverwrite }: Device): string {
  const day = (atMs: number) => new Date(atMs).toISOString().slice(0, 10)
  const facts = [`since ${day(createdAtMs)}`]
  if (expiresAtMs !== undefined) facts.push(`${expiresAtMs <= Date.now() ? 'expired on' : 'until'} ${day(expiresAtMs)}`)
  if (folder) facts.push(`below ${folder.join('/')}`)
  if (quotaBytes !== undefined) facts.push(`at most ${formatBytes(quotaBytes)}`)
  if (!mayOverwrite) facts.push('replaces nothing')
  return `${id}  ${printable(name)} (${facts.join(', ')})`
}
