import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Fingerprint, readFingerprint } from './identity.ts'
import { MAX_DEVICE_NAME_CHARACTERS } from './limits.ts'

/** Crockford's base 32: no letter that is easily taken for another character. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 16 characters are 80 bits: too many to guess, even with an answer to compare guesses with. */
const CODE_CHARACTERS = 16

/** The metadata key under which a device's token travels, as `Bearer TOKEN`. */
export const TOKEN_KEY = 'authorization'

/** How many random bytes each side of a pairing adds. */
export const NONCE_BYTES = 32

/** One address may begin to pair with a receiver once in this time, ms. */
export const PAIRING_EVERY_MS = 1_000

/** So long a device waits before it begins again, ms: the two ends measure at different places of the way. */
export const PAIR_AGAIN_AFTER_MS = PAIRING_EVERY_MS + 100

/** A fresh one-time code in its canonical form: 16 characters. */
export function newPairingCode(): string {
  return Array.from(randomBytes(CODE_CHARACTERS), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

/** A code as people read it: `7F3K-9QWD-2M8X-C4TB`. */
export function spacedCode(code: string): string {
  return code.match(/.{1,4}/g)?.join('-') ?? code
}

/**
 * The canonical form of a code that a person typed, whatever its case and spaces and with O, I and L read as digits;
 * undefined when it is none.
 */
export function readPairingCode(typed: string): string | undefined {
  const code = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return code.length === CODE_CHARACTERS && [...code].every((character) => ALPHABET.includes(character))
    ? code
    : undefined
}

/** What both sides of a pairing have seen. */
export type PairingView = {
  /** The canonical code. */
  readonly code: string
  /**
   * Of the certificate on this connection: the one that the receiver presents, the one that the device was presented.
   */
  readonly fingerprint: Fingerprint
  readonly deviceNonce: Buffer
  readonly receiverNonce: Buffer
}

/** Proves to the device that this receiver knows the code, and that nobody with another certificate is in between. */
export function receiverProof(view: PairingView): Buffer {
  return proof(view, 'receiver', '')
}

/** Proves to the receiver that the device knows the code, and under which name it wants to be known. */
export function deviceProof(view: PairingView, deviceName: string): Buffer {
  return proof(view, 'device', deviceName)
}

/** Compares in constant time; false for proofs of another length. */
export function isSameProof(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given)
}

function proof(view: PairingView, role: 'receiver' | 'device', deviceName: string): Buffer {
  const { code, fingerprint, deviceNonce, receiverNonce } = view
  const words = ['longshore pairing', role, fingerprint, deviceNonce.toString('hex'), receiverNonce.toString('hex')]
  return createHmac('sha256', code)
    .update([...words, deviceName].join('\n'))
    .digest()
}

/** What a pairing link says. All but the address may be left out. */
export type PairingLink = {
  /** `host:port`. */
  readonly address: string
  readonly fingerprint?: Fingerprint
  /** In its canonical form. */
  readonly code?: string
  /** The receiver's name for people. */
  readonly name?: string
}

/** Writes `longshore://host:port/?fingerprint=…&code=…&name=…`. */
export function formatPairingLink({ address, ...rest }: PairingLink): string {
  const query = new URLSearchParams(Object.entries(rest).filter(([, value]) => value !== undefined))
  return `longshore://${address}/${query.size > 0 ? `?${query}` : ''}`
}

/** No link that a receiver made is longer, characters. */
const MOST_LINK_CHARACTERS = 4_000
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,253})$/i
/** Characters that move a cursor, or change the direction of the text around them. */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/**
 * Reads a link; undefined when it is none, or any part of it is not what it should be. Parts it does not know are
 * passed over, and of those that come twice the first counts. What is escaped is read once.
 */
export function readPairingLink(text: string): PairingLink | undefined {
  if (text.length > MOST_LINK_CHARACTERS || !URL.canParse(text.trim())) return undefined
  const link = new URL(text.trim())
  if (link.protocol !== 'longshore:' || !HOST.test(link.hostname) || link.port === '') return undefined
  if (link.username !== '' || link.password !== '' || !['', '/'].includes(link.pathname)) return undefined
  const [fingerprintText, codeText, nameText] = ['fingerprint', 'code', 'name'].map((key) => link.searchParams.get(key))
  const fingerprint = fingerprintText ? readFingerprint(fingerprintText) : undefined
  const code = codeText ? readPairingCode(codeText) : undefined
  const name = nameText?.replaceAll(UNSEEN, '').slice(0, MAX_DEVICE_NAME_CHARACTERS)
  if ((fingerprintText && fingerprint === undefined) || (codeText && code === undefined)) return undefined
  return {
    address: `${link.hostname}:${link.port}`,
    ...(fingerprint && { fingerprint }),
    ...(code && { code }),
    ...(name && { name }),
  }
}
