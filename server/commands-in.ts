import type { EventEmitter } from 'node:events'
import { MAX_DEVICE_NAME_CHARACTERS } from '../proto/limits.ts'
import type { Heard, IncomingFile, ReceiverCommand, ReceiverLine } from '../proto/own-receiver.ts'
import { isDeviceId, isTokenDigest } from '../proto/token.ts'
import { invite, isInvited } from './access/pairing.ts'
import { toReceiveError } from './base/errors.ts'
import { toldOnce } from './base/told-once.ts'
import { keepDevice, readDevices, revokeDevice } from './devices/device.ts'
import { pairingLinkOf, readListening } from './devices/listening.ts'

/** How often changes are looked for that other processes and other devices make, ms. */
const LOOK_EVERY_MS = 1000

/** Where the program that runs this receiver tells it something; Electron puts one into its utility processes. */
export type CommandSource = Pick<EventEmitter, 'on'>

export type CommandsInDeps = {
  readonly source: CommandSource
  readonly stateDirectory: string
  /** Called when a device was made known or forgotten; resolves when the receiver takes it so. */
  readonly onDevicesChanged: () => Promise<void>
  /** What is arriving now. */
  readonly incoming: () => readonly IncomingFile[]
  /** Writes one line for the program that asked. */
  readonly line: (line: ReceiverLine) => void
  readonly onTrouble: (error: unknown) => void
}

/**
 * Does what the program that runs this receiver wants of it, one {@link ReceiverCommand} after the other; what is none
 * is passed over. A code that was made here and is used up or void is told, too. Answers the way to stop listening to
 * changes.
 */
export function takeCommands(deps: CommandsInDeps): () => void {
  const { source, stateDirectory, onDevicesChanged, incoming, line, onTrouble } = deps
  const onDamage = toldOnce(onTrouble)
  let told = ''
  let toldIncoming = '[]'
  let isFollowed = false
  let isIncomingFollowed = false
  let hasInvited = false
  let last: Promise<void> = Promise.resolve()

  const afterOthers = (task: () => Promise<void>): void => {
    last = last.then(task).catch(onTrouble)
  }

  async function tellDevices(): Promise<void> {
    const found = await readDevices(stateDirectory, onDamage)
    const devices = found.map(({ id, name, createdAtMs }) => ({ id, name, pairedAtMs: createdAtMs }))
    const text = JSON.stringify(devices)
    if (text === told) return
    told = text
    line({ event: 'devices', devices })
  }

  function tellIncoming(): void {
    const files = incoming()
    const text = JSON.stringify(files)
    if (text === toldIncoming) return
    toldIncoming = text
    line({ event: 'incoming', files })
  }

  async function look(): Promise<void> {
    if (isIncomingFollowed) tellIncoming()
    if (isFollowed) await tellDevices()
    if (!hasInvited || (await isInvited(stateDirectory, Date.now()))) return
    hasInvited = false
    line({ event: 'invitation' })
  }

  async function admit({ id, name, tokenDigest }: Own): Promise<void> {
    try {
      await keepDevice(stateDirectory, { id, name, tokenDigest, mayOverwrite: true, createdAtMs: Date.now() })
      await onDevicesChanged()
      line({ event: 'admitted', id })
    } catch (error) {
      line({ event: 'admitted', id, message: toReceiveError(error).message })
    }
  }

  async function inviteDevice(): Promise<void> {
    const listening = await readListening(stateDirectory)
    if (listening === undefined) return
    const { code, expiresAtMs } = await invite(stateDirectory, Date.now())
    hasInvited = true
    line({ event: 'invitation', pairLink: pairingLinkOf(listening, code), expiresAtMs })
  }

  async function obey(said: ReceiverCommand): Promise<void> {
    switch (said.command) {
      case 'invite':
        return inviteDevice()
      case 'devices':
        isFollowed = true
        told = ''
        return tellDevices()
      case 'incoming':
        isIncomingFollowed = true
        return
      case 'revoke':
        await revokeDevice(stateDirectory, said.id)
        await onDevicesChanged()
        return look()
      case 'admit':
        return admit(said)
    }
  }

  source.on('message', ({ data }: { data: unknown }) => {
    const said = readCommand(data)
    if (said !== undefined) afterOthers(() => obey(said))
  })
  const timer = setInterval(() => afterOthers(look), LOOK_EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** The program that runs this receiver, as a device of it. */
type Own = Extract<ReceiverCommand, { readonly command: 'admit' }>

/** Looks at a message; undefined when it is no command. */
function readCommand(message: unknown): ReceiverCommand | undefined {
  if (typeof message !== 'object' || message === null) return undefined
  const said: Heard<ReceiverCommand> = message
  const { command, id } = said
  if (command === 'invite' || command === 'devices' || command === 'incoming') return { command }
  if (command === 'revoke') return typeof id === 'string' ? { command, id } : undefined
  return isOwn(said) ? said : undefined
}

function isOwn(said: Heard<ReceiverCommand>): said is Own {
  const { command, id, name, tokenDigest } = said
  const isNamed = typeof name === 'string' && name.trim() !== '' && name.length <= MAX_DEVICE_NAME_CHARACTERS
  const isDevice = typeof id === 'string' && isDeviceId(id)
  return command === 'admit' && isNamed && isDevice && typeof tokenDigest === 'string' && isTokenDigest(tokenDigest)
}

/** Where commands come from in this process; undefined when nobody can give it any. */
export function commandSource(): CommandSource | undefined {
  const { parentPort }: { parentPort?: CommandSource | null } = process
  return parentPort ?? undefined
}
