/**
 * How receivers are found on a local network: DNS-SD over multicast DNS (RFC 6763, RFC 6762). All of it is
 * unauthenticated: it suggests addresses and proves nothing.
 *
 * A receiver tells of itself in one packet that holds all of its records, once for each of its networks, with the
 * addresses it has there: PTR `_longshore._tcp.local` → `<id>._longshore._tcp.local`, SRV and TXT of that name, A and
 * AAAA of `longshore-<id>.local`. The name of the service is the receiver's random id, so no two of them ever clash,
 * and the name for people is in the TXT record.
 *
 * TXT: `v` is {@link DISCOVERY_VERSION}; `name` is what people call the receiver; `proto` is the newest protocol
 * version it speaks; `tls` is 1 when it speaks TLS, else 0; `fp` is the fingerprint of its certificate, as a hint,
 * absent without one.
 */
export const SERVICE_TYPE = '_longshore._tcp.local'

/** The form of the TXT record. */
export const DISCOVERY_VERSION = '1'

/**
 * How long an announcement holds unless it is repeated, seconds: a receiver that ends without a goodbye disappears
 * after this.
 */
export const DISCOVERY_TTL_SECONDS = 120

/** The longest name of a receiver that travels, characters; a TXT string holds 255 bytes. */
export const MOST_NAME_CHARACTERS = 64

/** A receiver's id as it travels: made by chance at its first start, 128 bits in hex. */
export const RECEIVER_ID = /^[0-9a-f]{32}$/
