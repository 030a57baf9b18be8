import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits. */
const SECRET_BYTES = 32

/** A receiver's name for a device, not secret: 16 random hex digits. */
export function newDeviceId(): string {
  return randomBytes(8).toString('hex')
}

/** True for what {@link newDeviceId} makes, and for nothing that a path could be made of. */
export function isDeviceId(text: string): boolean {
  return /^[0-9a-f]{16}$/.test(text)
}

/** A fresh token of a device: `ID.SECRET`. */
export function newToken(deviceId: string): string {
  return `${deviceId}.${randomBytes(SECRET_BYTES).toString('base64url')}`
}

/**
 * The device that a token names; undefined for a text that does not look like a token. This does not check the token.
 */
export function deviceIdIn(token: string): string | undefined {
  return /^([0-9a-f]{16})\.[A-Za-z0-9_-]{43}$/.exec(token)?.[1]
}

/**
 * SHA-256 of a token, which is all that a receiver keeps of it. A token is random, so a slower hash would not protect
 * it better.
 */
export function digestOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** The same in lower-case hex, as it is kept. */
export function hexDigestOfToken(token: string): string {
  return digestOfToken(token).toString('hex')
}

/** True for what {@link hexDigestOfToken} makes. */
export function isTokenDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text)
}
