import { X509Certificate } from 'node:crypto'
import { type Fingerprint, fingerprintOf } from '../../proto/identity.ts'
import { MAX_DEVICE_NAME_CHARACTERS } from '../../proto/limits.ts'
import type { ReceiverId } from '../contract/receivers.ts'
import { readReceiverAddress } from '../engine/net/receiver-address.ts'

/** A known receiver as it is kept in a file. */
export type KeptReceiver = {
  readonly id: ReceiverId
  readonly name: string
  /** `host:port`; of the receiver inside the app, where it was last. */
  readonly address: string
  readonly security: KeptSecurity
  /** The receiver inside this app: the window shows it at a place of its own. `deviceId` is how it knows this app. */
  readonly own?: { readonly deviceId: string }
}

export type KeptSecurity =
  /** A person decided that what goes there need not be encrypted. */
  | { readonly kind: 'plaintext' }
  /** Absent token: it could not be kept, so this computer has to be paired again. */
  | { readonly kind: 'pinned'; readonly certificatePem: string; readonly sealedToken?: string }

/** Of the certificate that is pinned; undefined for plaintext. */
export function pinnedFingerprint({ security }: Pick<KeptReceiver, 'security'>): Fingerprint | undefined {
  return security.kind === 'pinned' ? fingerprintOf(new X509Certificate(security.certificatePem).raw) : undefined
}

/**
 * The name a person gave, made fit to be shown: no control characters, not too long. Undefined when nothing is left of
 * it.
 */
export function readName(typed: string): string | undefined {
  const name = typed
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_DEVICE_NAME_CHARACTERS)
    .trim()
  return name === '' ? undefined : name
}

/** Takes over each entry that makes sense and counts those that do not. */
export function parseReceivers(list: unknown): {
  readonly receivers: readonly KeptReceiver[]
  readonly rejected: number
} {
  if (list === undefined) return { receivers: [], rejected: 0 }
  if (!Array.isArray(list)) return { receivers: [], rejected: 1 }
  const byId = new Map<ReceiverId, KeptReceiver>()
  for (const value of list) {
    const receiver = parseReceiver(value)
    if (receiver !== undefined && !byId.has(receiver.id)) byId.set(receiver.id, receiver)
  }
  return { receivers: [...byId.values()], rejected: list.length - byId.size }
}

function parseReceiver(value: unknown): KeptReceiver | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, name, address, security, own }: Partial<Record<keyof KeptReceiver, unknown>> = value
  if (typeof id !== 'string' || id === '' || typeof name !== 'string' || typeof address !== 'string') return undefined
  const read = readReceiverAddress(address)
  const readable = readName(name)
  const kept = parseSecurity(security)
  if (read.kind !== 'address' || readable === undefined || kept === undefined) return undefined
  if (own === undefined) return { id, name: readable, address: read.address, security: kept }
  if (typeof own !== 'object' || own === null) return undefined
  const { deviceId }: { deviceId?: unknown } = own
  if (typeof deviceId !== 'string') return undefined
  return { id, name: readable, address: read.address, security: kept, own: { deviceId } }
}

function parseSecurity(value: unknown): KeptSecurity | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { kind, certificatePem, sealedToken }: { kind?: unknown; certificatePem?: unknown; sealedToken?: unknown } =
    value
  if (kind === 'plaintext') return { kind }
  if (kind !== 'pinned' || typeof certificatePem !== 'string' || !isCertificate(certificatePem)) return undefined
  if (sealedToken === undefined) return { kind, certificatePem }
  return typeof sealedToken === 'string' ? { kind, certificatePem, sealedToken } : undefined
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0
  } catch {
    // Not a certificate: an entry without one can never be sent to.
    return false
  }
}
