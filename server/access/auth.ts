import { timingSafeEqual } from 'node:crypto'
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import { healthService } from '../../proto/health.ts'
import { fileTransferService, pairingService } from '../../proto/index.ts'
import { FORWARDED_KEY, REQUEST_ID_KEY } from '../../proto/limits.ts'
import { TOKEN_KEY } from '../../proto/pairing.ts'
import { reflectionServices } from '../../proto/reflection.ts'
import { deviceIdIn, digestOfToken, hexDigestOfToken } from '../../proto/token.ts'
import { ReceiveError, receiveErrorFrom, toReceiveError } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { type Admitted, type Caller, type PassedOn, setAdmitted } from '../calls/caller.ts'
import { toStatus } from '../calls/grpc-status.ts'
import type { Device } from '../devices/device.ts'
import type { Devices } from '../devices/devices.ts'
import { type Authenticate, authenticated } from './authenticate.ts'

/** What answers without a token. */
const openPaths: ReadonlySet<string> = new Set([
  fileTransferService.GetReceiverInfo.path,
  pairingService.StartPairing.path,
  pairingService.FinishPairing.path,
  ...[healthService, ...reflectionServices].flatMap((service) => Object.values(service).map(({ path }) => path)),
])

/** Compared with when there is no such device, so that the answer takes as long. */
const NO_DIGEST = Buffer.alloc(32)

/** How a call came, as far as it matters for who makes it. */
export type Arrival = {
  /** The IP address it came from. */
  readonly address: string
  /** Whether strangers may make it. */
  readonly isOpen: boolean
  /** Who makes it, where another node of the receiver has let it in. */
  readonly vouchedFor: Caller | undefined
}

/** Decides who makes a call. Throws ReceiveError when it may not be made. */
export type Gate = (metadata: Metadata, arrival: Arrival) => Promise<Admitted>

/** Reads what another node says of a call; see `PassedOnCheck`. */
export type ReadPassedOn = (text: string, path: string) => PassedOn | undefined

/** Decides about every call when its metadata arrives, before a message of it is read. */
export function createInterceptor(gate: Gate, readPassedOn: ReadPassedOn = () => undefined): ServerInterceptor {
  return (method, call) =>
    new ServerInterceptingCall(call, {
      start(next) {
        next({
          async onReceiveMetadata(metadata, pass) {
            try {
              const address = call.getConnectionInfo().remoteAddress ?? ''
              const passedOn = passedOnIn(metadata, method.path, readPassedOn)
              const isOpen = openPaths.has(method.path)
              const admitted = await gate(metadata, { address, isOpen, vouchedFor: passedOn?.caller })
              const [requestId] = metadata.get(REQUEST_ID_KEY)
              const forwardedFor = forwardedForIn(metadata)
              // No code after this point needs the token.
              metadata.remove(TOKEN_KEY)
              metadata.remove(FORWARDED_KEY)
              setAdmitted(metadata, {
                ...admitted,
                ...(passedOn && { passedOn: { upload: passedOn.upload } }),
                ...(forwardedFor !== '' && { forwardedFor }),
                ...(requestId !== undefined && { requestId: String(requestId) }),
              })
            } catch (error) {
              call.sendStatus(toStatus(toReceiveError(error)))
              return
            }
            pass(metadata)
          },
        })
      },
    })
}

/** Any caller can send this header; it counts only when another node of this receiver wrote it. */
function passedOnIn(metadata: Metadata, path: string, readPassedOn: ReadPassedOn): PassedOn | undefined {
  const given = metadata.get(FORWARDED_KEY)
  return given.length === 1 ? readPassedOn(String(given[0]), path) : undefined
}

/** What proxies say of whom they pass a call on for, in one of the ways they have. */
function forwardedForIn(metadata: Metadata): string {
  return ['x-forwarded-for', 'forwarded', 'x-real-ip'].flatMap((key) => metadata.get(key)).join(' ')
}

/** Lets everybody in. */
export const openGate: Gate = async (_metadata, { address }) => forEver({ kind: 'anyone' }, address)

/**
 * Lets in a caller that shows the token of a device. Refusing a call costs a look-up and a digest. A token of the right
 * form that is not known waits for a look at the folder of devices; there are two looks a second for all such calls
 * together.
 */
export function deviceGate(devices: Devices): Gate {
  const refused: Refused = new Set()
  return async (metadata, { address, isOpen, vouchedFor }) => {
    const caller = vouchedFor
      ? await vouchedDevice(devices, vouchedFor)
      : await callerOf(devices, refused, metadata, isOpen)
    return caller.kind === 'device' ? admit(devices, caller, address) : forEver(caller, address)
  }
}

/** Lets in callers that the embedding program knows; see {@link Authenticate}. */
export function customGate(authenticate: Authenticate, onUnexpected: OnUnexpected): Gate {
  return async (metadata, { address, isOpen, vouchedFor }) => {
    if (vouchedFor?.kind === 'device') return forEver(vouchedFor, address)
    try {
      const device = await authenticated(authenticate, { token: tokenIn(metadata), address })
      if (device !== undefined) return forEver({ kind: 'device', device }, address)
    } catch (error) {
      onUnexpected(error)
      throw receiveErrorFrom(error, 'INTERNAL', 'The receiver cannot tell who this is.')
    }
    if (isOpen) return forEver({ kind: 'stranger' }, address)
    throw noToken()
  }
}

/** The rights of the device are those that this node knows, not those that the other node sent. */
async function vouchedDevice(
  devices: Devices,
  caller: Caller,
): Promise<{ readonly kind: 'device'; readonly device: Device }> {
  if (caller.kind !== 'device') throw noToken()
  const { id } = caller.device
  if (devices.find(id) === undefined) await devices.lookAgain()
  const device = devices.find(id)
  if (device === undefined) throw noToken()
  if (devices.isExpired(device)) throw expired()
  return { kind: 'device', device }
}

async function callerOf(
  devices: Devices,
  refused: Refused,
  metadata: Metadata,
  isOpen: boolean,
): Promise<{ readonly kind: 'stranger' } | { readonly kind: 'device'; readonly device: Device }> {
  const found = await deviceAfterLook(devices, refused, metadata)
  if (!(found instanceof ReceiveError)) return { kind: 'device', device: found }
  if (isOpen) return { kind: 'stranger' }
  throw found
}

/**
 * Digests of tokens that were refused after a look, the oldest first. Should one of them become right, the devices are
 * looked at twice a second in any case.
 */
type Refused = Set<string>
const MOST_REFUSED = 1000

/**
 * Another process may have made the token a moment ago: before one is refused that could be right, the devices are
 * looked at.
 */
async function deviceAfterLook(devices: Devices, refused: Refused, metadata: Metadata): Promise<Device | ReceiveError> {
  const found = deviceOf(devices, metadata)
  const token = tokenIn(metadata) ?? ''
  if (!(found instanceof ReceiveError) || deviceIdIn(token) === undefined) return found
  const digest = hexDigestOfToken(token)
  if (refused.has(digest)) return found
  await devices.lookForStrangers()
  const foundNow = deviceOf(devices, metadata)
  if (foundNow instanceof ReceiveError) refused.add(digest)
  const [oldest] = refused
  if (refused.size > MOST_REFUSED && oldest !== undefined) refused.delete(oldest)
  return foundNow
}

/**
 * The device of a call, or why there is none. Takes the same time and gives the same answer whatever is wrong with a
 * token, except for a right token whose time is over.
 */
function deviceOf(devices: Devices, metadata: Metadata): Device | ReceiveError {
  const token = tokenIn(metadata) ?? ''
  const id = deviceIdIn(token)
  const device = id === undefined ? undefined : devices.find(id)
  const expected = device ? Buffer.from(device.tokenDigest, 'hex') : NO_DIGEST
  const isSame = timingSafeEqual(digestOfToken(token), expected)
  if (device === undefined || !isSame) return noToken()
  return devices.isExpired(device) ? expired() : device
}

function tokenIn(metadata: Metadata): string | undefined {
  const given = metadata.get(TOKEN_KEY)
  return given.length === 1 ? /^Bearer (.+)$/.exec(String(given[0]))?.[1] : undefined
}

function forEver(caller: Caller, address: string): Admitted {
  return { caller, address, deviceNow: (device) => device, mustBeValid: () => {}, onCut: () => () => {} }
}

function admit(
  devices: Devices,
  caller: { readonly kind: 'device'; readonly device: Device },
  address: string,
): Admitted {
  const { device } = caller
  const errorNow = () => (devices.isExpired(devices.find(device.id) ?? device) ? expired() : noToken())
  const mustBeValid = () => {
    if (!devices.isValid(device)) throw errorNow()
  }
  return {
    caller,
    address,
    deviceNow() {
      mustBeValid()
      return devices.find(device.id) ?? device
    },
    mustBeValid,
    onCut: (listener) => devices.enter(device, () => listener(errorNow())),
  }
}

function noToken(): ReceiveError {
  return new ReceiveError('NO_TOKEN', 'This receiver does not know the device; pair it first.')
}

function expired(): ReceiveError {
  return new ReceiveError('TOKEN_EXPIRED', 'The time of this device at the receiver is over; pair it again.')
}
