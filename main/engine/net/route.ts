/**
 * How a connection to a receiver is protected. `token` names this device to the receiver, and never travels without
 * encryption.
 */
export type Security =
  | { readonly kind: 'plaintext' }
  /** Only the holder of this very certificate is talked to, whatever its name, its issuer and its address are. */
  | { readonly kind: 'pinned'; readonly certificatePem: string; readonly token?: string }
  /** The host name has to be in a certificate of the system's authorities, or of those in `caPem` alone. */
  | { readonly kind: 'authority'; readonly caPem?: string; readonly token?: string }

/** The way to a receiver. */
export type Route = {
  /** `host:port`. */
  readonly address: string
  readonly security: Security
}

/** A route without encryption, for loopback and networks that have their own. */
export function plaintextRoute(address: string): Route {
  return { address, security: { kind: 'plaintext' } }
}

/**
 * Two routes with the same key are equal in every field, so they can share connections. The key holds the token: never
 * show or store it.
 */
export function routeKey({ address, security }: Route): string {
  const { kind } = security
  const trust = kind === 'pinned' ? security.certificatePem : kind === 'authority' ? security.caPem : undefined
  return JSON.stringify([address, kind, trust, kind === 'plaintext' ? undefined : security.token])
}

/** The two halves of `host:port`; an IPv6 address comes without its brackets. */
export function hostAndPort(address: string): { readonly host: string; readonly port: number } {
  const [, bracketed, host = bracketed ?? '', port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(address) ?? []
  if (host === '' || port === undefined) throw new RangeError(`Expected an address as host:port, got “${address}”`)
  return { host, port: Number(port) }
}
