/** The protocol version of `file_transfer.proto`. */
export const PROTOCOL_VERSION = 1

/** The chunk size a receiver asks its senders to use, bytes. Long enough to amortise a message, short enough to resend. */
export const CHUNK_BYTES = 1024 * 1024

/** The longest message either end accepts, bytes: a plain client may use chunks larger than ours, up to this. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/** The HTTP/2 receive window of a receiver, bytes for each stream and connection; grpc-js alone stays at 64 KiB, which is slow on Wi-Fi. */
export const RECEIVE_WINDOW_BYTES = 4 * 1024 * 1024

/** The trailer in which every error carries its stable reason. */
export const REASON_KEY = 'x-upload-reason'

/** How long a connection may be silent before it is pinged, ms, and how long the answer may take. A dead peer is noticed in their sum. */
export const KEEPALIVE_MS = 10_000
/** See {@link KEEPALIVE_MS}. */
export const KEEPALIVE_TIMEOUT_MS = 5_000
