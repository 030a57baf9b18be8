/** The protocol version of `file_transfer.proto`. */
export const PROTOCOL_VERSION = 1

/** The longest chunk of our own senders, bytes. Long enough to amortise a message, short enough to resend. */
export const CHUNK_BYTES = 1024 * 1024

/**
 * Chunks begin and end at multiples of this, but for the end of the file, bytes: short ones keep a slow network
 * responsive.
 */
export const CHUNK_GRID_BYTES = 64 * 1024

/**
 * The longest file that is sent whole in one message, bytes. Above this, moving the bytes costs more than beginning and
 * finishing an upload. A sender sends less whole where the network is slow: what is cut off goes again from its start.
 */
export const PUT_FILE_MAX_BYTES = 1024 * 1024

/** The longest message either end accepts, bytes: a plain client may use chunks larger than ours, up to this. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024

/**
 * The HTTP/2 receive window of a receiver, bytes for each stream and connection; grpc-js alone stays at 64 KiB, which
 * is slow on Wi-Fi.
 */
export const RECEIVE_WINDOW_BYTES = 4 * 1024 * 1024

/** The trailer in which every error carries its stable reason. */
export const REASON_KEY = 'x-upload-reason'

/**
 * The metadata in which a sender names the key of an upload, the same in every call about that upload. A proxy in front
 * of several nodes can send all these calls to one node. No receiver reads it.
 */
export const UPLOAD_ID_KEY = 'x-upload-id'

/**
 * The metadata in which a node tells another node for whom it passes a call on. The call is then let in, and not passed
 * on again. The value is sealed: from anybody else it has no effect.
 */
export const FORWARDED_KEY = 'x-longshore-forwarded'

/**
 * How long after the last answer a connection is pinged again, ms, and how long the answer may take. A dead peer is
 * noticed in their sum; on a slow network the ping has to wait behind the chunk before it.
 */
export const KEEPALIVE_MS = 5_000
/** See {@link KEEPALIVE_MS}. */
export const KEEPALIVE_TIMEOUT_MS = 10_000

/** What a receiver answers as free bytes when it cannot know, as with a bucket of an object store. */
export const FREE_BYTES_UNKNOWN = Number.MAX_SAFE_INTEGER

/**
 * Metadata and trailer key: what a call is named in logs, up to 64 characters of `A-Za-z0-9_.-`. A proxy may choose it,
 * else the receiver does.
 */
export const REQUEST_ID_KEY = 'x-request-id'

/** The longest name of a device, characters. */
export const MAX_DEVICE_NAME_CHARACTERS = 64
