import type { EventEmitter } from 'node:events'
import { MAX_DEVICE_NAME_CHARACTERS } from '../proto/pairing.ts'
import { isDeviceId, isTokenDigest } from '../proto/token.ts'
import { invite, isInvited } from './access/pairing.ts'
import { toReceiveError } from './base/errors.ts'
import { toldOnce } from './base/told-once.ts'
import { keepDevice, readDevices, revokeDevice } from './devices/device.ts'
import { pairingLinkOf, readListening } from './devices/listening.ts'
import type { IncomingFile } from './sessions/incoming.ts'

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
  readonly line: (event: object) => void
  readonly onTrouble: (error: unknown) => void
}

/**
 * Does what the program that runs this receiver wants of it, one command after the other:
 *
 * - `{"command":"invite"}` makes a new code and answers `{"event":"invitation","pairLink":"…","expiresAtMs":…}`,
 * - `{"command":"devices"}` answers `{"event":"devices","devices":[{"id","name","pairedAtMs"}]}`, and from then on tells it again when it changed,
 * - `{"command":"incoming"}` tells `{"event":"incoming","files":[{"id","path","bytes","bytesStored","device"}]}` from then on each time it changed,
 * - `{"command":"revoke","id":"…"}` forgets a device,
 * - `{"command":"admit","id":"…","name":"…","tokenDigest":"…"}` makes the program itself known as a device, with a token that it made and of which only the
 *   digest (SHA-256, hex) comes here. Answers `{"event":"admitted","id":"…"}` when the token is good, with a `message` when it could not be kept.
 *
 * When a code that was made here is used up or void, `{"event":"invitation"}` says so. Answers the way to stop listening to changes.
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

  async function obey({ command, ...more }: Said): Promise<void> {
    if (command === 'invite') {
      const listening = await readListening(stateDirectory)
      if (listening === undefined) return
      const { code, expiresAtMs } = await invite(stateDirectory, Date.now())
      hasInvited = true
      line({ event: 'invitation', pairLink: pairingLinkOf(listening, code), expiresAtMs })
    } else if (command === 'devices') {
      isFollowed = true
      told = ''
      await tellDevices()
    } else if (command === 'incoming') isIncomingFollowed = true
    else if (command === 'revoke' && typeof more.id === 'string') {
      await revokeDevice(stateDirectory, more.id)
      await onDevicesChanged()
      await look()
    } else if (command === 'admit' && isOwn(more)) await admit(more)
  }

  source.on('message', ({ data }: { data: unknown }) => {
    if (typeof data !== 'object' || data === null) return
    afterOthers(() => obey(data))
  })
  const timer = setInterval(() => afterOthers(look), LOOK_EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** A message, of which nothing is known yet. */
type Said = { readonly [field in 'command' | keyof Own]?: unknown }

/** The program that runs this receiver, as a device of it. */
type Own = { readonly id: string; readonly name: string; readonly tokenDigest: string }

function isOwn(said: Said): said is Own {
  const { id, name, tokenDigest } = said
  const isNamed = typeof name === 'string' && name.trim() !== '' && name.length <= MAX_DEVICE_NAME_CHARACTERS
  return (
    isNamed && typeof id === 'string' && isDeviceId(id) && typeof tokenDigest === 'string' && isTokenDigest(tokenDigest)
  )
}

/** Where commands come from in this process; undefined when nobody can give it any. */
export function commandSource(): CommandSource | undefined {
  const { parentPort }: { parentPort?: CommandSource | null } = process
  return parentPort ?? undefined
}
