import { randomBytes } from 'node:crypto'
import type { FinishPairingReplyInput } from '../../proto/generated/filetransfer/FinishPairingReply.ts'
import type { StartPairingReplyInput } from '../../proto/generated/filetransfer/StartPairingReply.ts'
import type { Fingerprint } from '../../proto/identity.ts'
import { MAX_DEVICE_NAME_CHARACTERS } from '../../proto/limits.ts'
import {
  deviceProof,
  isSameProof,
  NONCE_BYTES,
  newPairingCode,
  PAIRING_EVERY_MS,
  type PairingView,
  receiverProof,
} from '../../proto/pairing.ts'
import { ReceiveError } from '../base/errors.ts'
import { addDevice, formerIdOf } from '../devices/device.ts'
import type { Devices } from '../devices/devices.ts'
import { type CodeTries, type Invite, inviteFileOf, inviteIn, spend, triesInFile } from '../devices/invite-file.ts'
import { lookAtPrivate, removePrivateFile, writePrivateFile } from '../state-folder/private-file.ts'
import { RateLimit } from './rate-limit.ts'

/** How long a code can be used, ms. */
const INVITE_FOR_MS = 600_000
/** After so many wrong proofs the code is worth nothing. */
const MAX_WRONG_TRIES = 5
/** A device that has begun to pair has so long to end it, ms: nobody types anything in between. */
const ATTEMPT_FOR_MS = 60_000
/** So many devices may be pairing at the same time; the oldest attempt is forgotten first. */
const MAX_ATTEMPTS = 256

/** What a receiver that pairs works with. */
export type PairingDeps = {
  readonly stateDirectory: string
  readonly devices: Devices
  /** Of the certificate that this receiver presents. */
  readonly fingerprint: Fingerprint
  readonly receiverName: string
  readonly receiverId: string
  /** What all nodes of the receiver know of its codes; kept with the code when not given. */
  readonly tries?: CodeTries | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Hears of a code that is not believed, each time that somebody wants to pair with one. */
  readonly onDoubt: (error: Error) => void
}

type Attempt = PairingView & { readonly startedAtMs: number }

/**
 * Makes a new code for one device; the one before is worth nothing from now on. A running receiver takes it at once.
 */
export async function invite(stateDirectory: string, nowMs: number): Promise<Invite> {
  const made = { code: newPairingCode(), expiresAtMs: nowMs + INVITE_FOR_MS, wrongTries: 0 }
  await writePrivateFile(inviteFileOf(stateDirectory), JSON.stringify(made))
  return made
}

/** Closes pairing: no code is worth anything. */
export async function withdrawInvite(stateDirectory: string): Promise<void> {
  await removePrivateFile(inviteFileOf(stateDirectory))
}

/** Makes devices known to a receiver. */
export class Pairing {
  readonly #deps: PairingDeps
  readonly #tries: CodeTries
  readonly #attempts = new Map<string, Attempt>()
  readonly #rateLimit = new RateLimit(PAIRING_EVERY_MS)
  #lastFinish: Promise<unknown> = Promise.resolve()

  constructor(deps: PairingDeps) {
    this.#deps = deps
    this.#tries = deps.tries ?? triesInFile(deps.stateDirectory)
  }

  /**
   * Proves to a device that this receiver knows the code.
   *
   * @param address where the device calls from.
   * @throws ReceiveError BUSY when the address began to pair a moment ago, BAD_LENGTH, PAIRING_CLOSED,
   * STATE_UNREACHABLE.
   */
  async start(deviceNonce: Buffer, address: string): Promise<StartPairingReplyInput> {
    if (!this.#rateLimit.take(address))
      throw new ReceiveError('BUSY', 'This address began to pair a moment ago; try again in a second.')
    if (deviceNonce.length !== NONCE_BYTES) throw new ReceiveError('BAD_LENGTH', `A nonce has ${NONCE_BYTES} bytes.`)
    const invite = await this.#openInvite()
    if (!(await this.#tries.isOpen(invite, MAX_WRONG_TRIES))) throw pairingClosed()
    const { fingerprint, now } = this.#deps
    const attempt: Attempt = {
      code: invite.code,
      fingerprint,
      deviceNonce,
      receiverNonce: randomBytes(NONCE_BYTES),
      startedAtMs: now(),
    }
    const pairingId = randomBytes(16).toString('hex')
    this.#attempts.set(pairingId, attempt)
    const [oldest] = this.#attempts.keys()
    if (this.#attempts.size > MAX_ATTEMPTS && oldest !== undefined) this.#attempts.delete(oldest)
    return { pairingId, receiverNonce: attempt.receiverNonce, receiverProof: receiverProof(attempt) }
  }

  /**
   * Makes the device known when it proves that it knows the code, which is used up then. An attempt is worth one proof.
   *
   * @param formerToken makes it the same device as before, when it is the last one that it had, and says nothing about
   * what it may do; else it is passed over.
   * @throws ReceiveError BAD_NAME, WRONG_CODE, PAIRING_CLOSED, STATE_UNREACHABLE.
   */
  finish(pairingId: string, proof: Buffer, deviceName: string, formerToken = ''): Promise<FinishPairingReplyInput> {
    // One after the other, so that two devices cannot both use the code.
    const finishing = this.#lastFinish.then(() => this.#finishOnce(pairingId, proof, deviceName, formerToken))
    this.#lastFinish = finishing.catch(() => 'told to whoever asked')
    return finishing
  }

  async #finishOnce(
    pairingId: string,
    proof: Buffer,
    deviceName: string,
    formerToken: string,
  ): Promise<FinishPairingReplyInput> {
    const name = deviceName.trim()
    if (name === '' || deviceName.length > MAX_DEVICE_NAME_CHARACTERS) {
      throw new ReceiveError('BAD_NAME', `A device has a name of 1 to ${MAX_DEVICE_NAME_CHARACTERS} characters.`)
    }
    const { stateDirectory, devices, now, receiverName, receiverId } = this.#deps
    const attempt = this.#attempts.get(pairingId)
    this.#attempts.delete(pairingId)
    const invite = await this.#openInvite()
    if (attempt === undefined || now() - attempt.startedAtMs > ATTEMPT_FOR_MS) throw unknownAttempt()
    if (invite.code !== attempt.code) throw pairingClosed()
    const isRight = isSameProof(deviceProof(attempt, deviceName), proof)
    // Used up before it grants anything, so that no crash leaves it good for a second device.
    if (!(await this.#tries.judge(invite, isRight, MAX_WRONG_TRIES))) throw pairingClosed()
    if (!isRight) throw new ReceiveError('WRONG_CODE', 'The code is wrong.')
    if (!(await spend(inviteFileOf(stateDirectory)))) throw pairingClosed()
    this.#attempts.clear()
    const formerId = await formerIdOf(stateDirectory, formerToken)
    const { device, token } = await addDevice(stateDirectory, { name, mayOverwrite: true }, now(), formerId)
    await devices.lookAgain()
    return { deviceId: device.id, token, receiverName, receiverId }
  }

  async #openInvite(): Promise<Invite> {
    const { stateDirectory, now, onDoubt } = this.#deps
    const found = await readOpenInvite(stateDirectory, now(), onDoubt)
    if (found === undefined) throw pairingClosed()
    return found
  }
}

/** Whether there is a code that a device can pair with. */
export async function isInvited(stateDirectory: string, nowMs: number): Promise<boolean> {
  return (await readOpenInvite(stateDirectory, nowMs)) !== undefined
}

async function readOpenInvite(
  stateDirectory: string,
  nowMs: number,
  onDoubt?: PairingDeps['onDoubt'],
): Promise<Invite | undefined> {
  const look = await lookAtPrivate(inviteFileOf(stateDirectory))
  if (look.kind === 'doubtful') onDoubt?.(new Error(`Nobody can pair: ${look.why}`))
  const found = inviteIn(look)
  return found !== undefined && found.wrongTries < MAX_WRONG_TRIES && nowMs < found.expiresAtMs ? found : undefined
}

/** Nobody can pair, or not now. */
export function pairingClosed(): ReceiveError {
  return new ReceiveError(
    'PAIRING_CLOSED',
    'The receiver waits for no device now; make a new code there and begin again.',
  )
}

/** The same answer as for an attempt that began at another node, which alone knows that attempt. */
function unknownAttempt(): ReceiveError {
  return new ReceiveError(
    'PAIRING_CLOSED',
    'This attempt to pair took too long, was used, or began at another node of the receiver; begin again.',
  )
}
