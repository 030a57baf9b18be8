import type { KnownDevice } from '../devices/known-device.ts'

/** What a call says of whoever makes it, before any message of it is read. */
export type Credentials = {
  /** What stands after `Bearer` in the metadata `authorization`; undefined when there is none. */
  readonly token: string | undefined
  /** The IP address it came from. */
  readonly address: string
}

/**
 * Answers who makes a call and what that caller may do; undefined for a caller that may not send. Asked for every call,
 * so it should answer from memory. An error that it throws refuses the call and is reported. `id` names the owner of
 * the uploads: 1 to 64 of `[A-Za-z0-9_-]`, the same for the same sender each time.
 */
export type Authenticate = (credentials: Credentials) => Promise<KnownDevice | undefined>

/** Asks, and refuses an answer whose id could not name an owner of uploads. */
export async function authenticated(
  authenticate: Authenticate,
  credentials: Credentials,
): Promise<KnownDevice | undefined> {
  const device = await authenticate(credentials)
  if (device === undefined || /^[A-Za-z0-9_-]{1,64}$/.test(device.id)) return device
  throw new Error(`authenticate answered with the id "${device.id}"; expected 1 to 64 of [A-Za-z0-9_-].`)
}
