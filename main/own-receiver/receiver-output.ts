import { type Fingerprint, readFingerprint } from '../../proto/identity.ts'
import type { Heard, ReceiverLine } from '../../proto/own-receiver.ts'
import { readPairingLink, spacedCode } from '../../proto/pairing.ts'
import type { IncomingFile, Invitation, LocalReceiver, PairedDevice } from '../contract/receivers.ts'

/** What happens to the receiver on this computer. The first six are lines that it prints itself. */
export type ReceiverEvent =
  | ListeningEvent
  | { readonly kind: 'stored' }
  /** Absent: no code is open any more. */
  | { readonly kind: 'invitation'; readonly invitation?: Invitation }
  | { readonly kind: 'devices'; readonly devices: readonly PairedDevice[] }
  | { readonly kind: 'incoming'; readonly files: readonly IncomingFile[] }
  /** This app is a device of its receiver now. `message`: it is not, and why. */
  | { readonly kind: 'admitted'; readonly id: string; readonly message?: string }
  | { readonly kind: 'starting'; readonly directory: string }
  | { readonly kind: 'stopped'; readonly directory: string }
  | { readonly kind: 'gave-up'; readonly message: string }

export type ListeningEvent = {
  readonly kind: 'listening'
  /** The address it listens on, which may stand for all of them: `0.0.0.0`. */
  readonly host: string
  readonly port: number
  /** Absent: it does not encrypt. */
  readonly fingerprint?: Fingerprint
  /** Says where others reach it, and lets one device pair. */
  readonly pairLink?: string
}

/** Reads one line of the receiver's output; undefined for a line that says nothing to this side. */
export function readReceiverLine(line: string): ReceiverEvent | undefined {
  let said: unknown
  try {
    said = JSON.parse(line)
  } catch (cause) {
    // A line that is not JSON is a remark for people, for example a warning of the runtime.
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
  if (typeof said !== 'object' || said === null) return undefined
  const heard: Heard<ReceiverLine> = said
  // What the receiver may print; anything else is passed over.
  const event = heard.event as ReceiverLine['event']
  switch (event) {
    case 'listening':
      return readListening(heard)
    case 'stored':
      return { kind: 'stored' }
    case 'invitation':
      return readInvitation(heard)
    case 'devices':
      return Array.isArray(heard.devices) ? { kind: 'devices', devices: heard.devices.flatMap(readDevice) } : undefined
    case 'incoming':
      return Array.isArray(heard.files) ? { kind: 'incoming', files: heard.files.flatMap(readIncoming) } : undefined
    case 'admitted':
      return readAdmitted(heard)
    default:
      event satisfies never
      return undefined
  }
}

type Line<Event extends ReceiverLine['event']> = Heard<Extract<ReceiverLine, { readonly event: Event }>>

function readListening({ host, port, fingerprint, pairLink }: Line<'listening'>): ListeningEvent | undefined {
  if (typeof host !== 'string' || typeof port !== 'number') return undefined
  const identity = typeof fingerprint === 'string' ? readFingerprint(fingerprint) : undefined
  return {
    kind: 'listening',
    host,
    port,
    ...(identity && { fingerprint: identity }),
    ...(typeof pairLink === 'string' && { pairLink }),
  }
}

function readInvitation({ pairLink, expiresAtMs }: Line<'invitation'>): ReceiverEvent | undefined {
  if (pairLink === undefined) return { kind: 'invitation' }
  const code = typeof pairLink === 'string' ? readPairingLink(pairLink)?.code : undefined
  if (typeof pairLink !== 'string' || code === undefined || typeof expiresAtMs !== 'number') return undefined
  return { kind: 'invitation', invitation: { link: pairLink, code: spacedCode(code), expiresAtMs } }
}

function readAdmitted({ id, message }: Line<'admitted'>): ReceiverEvent | undefined {
  return typeof id === 'string' ? { kind: 'admitted', id, ...(typeof message === 'string' && { message }) } : undefined
}

function readDevice(value: unknown): readonly PairedDevice[] {
  if (typeof value !== 'object' || value === null) return []
  const { id, name, pairedAtMs }: Heard<PairedDevice> = value
  if (typeof id !== 'string' || typeof name !== 'string') return []
  return [{ id, name, ...(typeof pairedAtMs === 'number' && { pairedAtMs }) }]
}

function readIncoming(value: unknown): readonly IncomingFile[] {
  if (typeof value !== 'object' || value === null) return []
  const { id, path, bytes, bytesStored, device }: Heard<IncomingFile> = value
  if (typeof id !== 'string' || typeof path !== 'string') return []
  if (typeof bytes !== 'number' || typeof bytesStored !== 'number') return []
  return [{ id, path, bytes, bytesStored, ...(typeof device === 'string' && { device }) }]
}

/**
 * True for a line of the error output that is meant for people, and not for those who build the receiver (stack traces
 * and their frame).
 */
export function isForPeople(line: string): boolean {
  return /^[^\s{}]/.test(line) && !line.startsWith('Node.js v') && !/^(node:|file:\/\/|\/)\S+:\d+$/.test(line)
}

/** The state after an event; the very same object when the event changes nothing, as a late one does. */
export function nextReceiverState(state: LocalReceiver, event: ReceiverEvent): LocalReceiver {
  const { directory } = state
  switch (event.kind) {
    case 'starting':
      return { kind: 'starting', directory: event.directory }
    case 'stopped':
      return { kind: 'off', directory: event.directory }
    case 'gave-up':
      return { kind: 'failed', directory, message: event.message }
    case 'listening':
      return state.kind === 'starting' ? listeningState(directory, event) : state
    case 'stored':
      return state.kind === 'on' ? { ...state, filesReceived: state.filesReceived + 1 } : state
    case 'devices':
      return state.kind === 'on' ? { ...state, devices: event.devices } : state
    case 'incoming':
      return state.kind === 'on' ? { ...state, incoming: event.files } : state
    case 'admitted':
      return state
    case 'invitation':
      return state.kind === 'on' ? invited(state, event.invitation) : state
  }
}

type On = Extract<LocalReceiver, { kind: 'on' }>

function listeningState(directory: string, { host, port, fingerprint, pairLink }: ListeningEvent): On {
  const address = (pairLink === undefined ? undefined : readPairingLink(pairLink)?.address) ?? addressOf(host, port)
  return {
    kind: 'on',
    directory,
    address,
    ...(fingerprint && { fingerprint }),
    filesReceived: 0,
    incoming: [],
    devices: [],
  }
}

function invited(state: On, invitation: Invitation | undefined): On {
  if (invitation !== undefined) return { ...state, invitation }
  const { invitation: over, ...rest } = state
  return over === undefined ? state : rest
}

/** Where this computer itself reaches its receiver: one that listens on every address is on loopback too. */
export function loopbackAddress({ host, port }: ListeningEvent): string {
  return addressOf(host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port)
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
