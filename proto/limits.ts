/** The protocol version of `file_transfer.proto`. */
export const PROTOCOL_VERSION = 1

/** The longest chunk of our own senders, bytes. Long enough to amortise a message, short enough to resend. */
export const CHUNK_BYTES = 1024 * 1024

/** Chunks begin and end at multiples of this, but for the end of the file, bytes: short ones keep a slow network responsive. */
export const CHUNK_GRID_BYTES = 64 * 1024

/** The longest file that goes whole in one message among others, bytes: above it, a file costs more to move than to begin and finish. */
export const PUT_FILE_MAX_BYTES = 64 * 1024

/** The longest message either end accepts, bytes: a plain client may use chunks larger than ours, up to this. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/** The HTTP/2 receive window of a receiver, bytes for each stream and connection; grpc-js alone stays at 64 KiB, which is slow on Wi-Fi. */
export const RECEIVE_WINDOW_BYTES = 4 * 1024 * 1024

/** The trailer in which every error carries its stable reason. */
export const REASON_KEY = 'x-upload-reason'

/**
 * The metadata in which a sender names, in every call about one upload, the key it chose for that: the same one in all of them, so that a proxy in front of
 * several receivers can hand all of them to the same one. No receiver reads it.
 */
export const UPLOAD_ID_KEY = 'x-upload-id'

/** The metadata in which a node of a receiver tells another for whom it passes a call on, so that it is let in, and not passed on again. Sealed: from anybody else it says nothing. */
export const FORWARDED_KEY = 'x-longshore-forwarded'

/**
 * How long after the last answer a connection is pinged again, ms, and how long the answer may take. A dead peer is noticed in their sum; on a slow network
 * the ping has to wait behind the chunk before it.
 */
export const KEEPALIVE_MS = 5_000
/** See {@link KEEPALIVE_MS}. */
export const KEEPALIVE_TIMEOUT_MS = 10_000

/** What a receiver says is free when it cannot know, as in a bucket of an object store, bytes. */
export const FREE_BYTES_UNKNOWN = Number.MAX_SAFE_INTEGER

/** Metadata and trailer key: what a call is named in logs, up to 64 characters of `A-Za-z0-9_.-`. A proxy may choose it, else the receiver does. */
export const REQUEST_ID_KEY = 'x-request-id'
