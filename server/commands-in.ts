import type { EventEmitter } from 'node:events'
import { readDevices, revokeDevice } from './device.ts'
import { pairingLinkOf, readListening } from './listening.ts'
import { invite, isInvited } from './pairing.ts'

/** How often changes are looked for that other processes and other devices make, ms. */
const LOOK_EVERY_MS = 1000

/** Where the program that runs this receiver tells it something; Electron puts one into its utility processes. */
export type CommandSource = Pick<EventEmitter, 'on'>

export type CommandsInDeps = {
  readonly source: CommandSource
  readonly stateDirectory: string
  /** Writes one line for the program that asked. */
  readonly line: (event: object) => void
  readonly onTrouble: (error: unknown) => void
}

/**
 * Does what the program that runs this receiver wants of it, one command after the other:
 *
 * - `{"command":"invite"}` makes a new code and answers `{"event":"invitation","pairLink":"…","expiresAtMs":…}`,
 * - `{"command":"devices"}` answers `{"event":"devices","devices":[{"id","name","pairedAtMs"}]}`, and from then on tells it again when it changed,
 * - `{"command":"revoke","id":"…"}` forgets a device.
 *
 * When a code that was made here is used up or void, `{"event":"invitation"}` says so. Answers the way to stop listening to changes.
 */
export function takeCommands({ source, stateDirectory, line, onTrouble }: CommandsInDeps): () => void {
  let told = ''
  let isFollowed = false
  let hasInvited = false
  let turn: Promise<void> = Promise.resolve()

  const inTurn = (task: () => Promise<void>): void => {
    turn = turn.then(task).catch(onTrouble)
  }

  async function tellDevices(): Promise<void> {
    const found = await readDevices(stateDirectory, onTrouble)
    const devices = found.map(({ id, name, createdAtMs }) => ({ id, name, pairedAtMs: createdAtMs }))
    const text = JSON.stringify(devices)
    if (text === told) return
    told = text
    line({ event: 'devices', devices })
  }

  async function look(): Promise<void> {
    if (isFollowed) await tellDevices()
    if (!hasInvited || (await isInvited(stateDirectory, Date.now()))) return
    hasInvited = false
    line({ event: 'invitation' })
  }

  async function obey(command: unknown, id: unknown): Promise<void> {
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
    } else if (command === 'revoke' && typeof id === 'string') {
      await revokeDevice(stateDirectory, id)
      await look()
    }
  }

  source.on('message', ({ data }: { data: unknown }) => {
    if (typeof data !== 'object' || data === null) return
    const { command, id }: { command?: unknown; id?: unknown } = data
    inTurn(() => obey(command, id))
  })
  const timer = setInterval(() => inTurn(look), LOOK_EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** Where commands come from in this process; undefined when nobody can give it any. */
export function commandSource(): CommandSource | undefined {
  const { parentPort }: { parentPort?: CommandSource | null } = process
  return parentPort ?? undefined
}
