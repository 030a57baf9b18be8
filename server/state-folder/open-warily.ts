import { constants } from 'node:fs'

/**
 * Flags of `open` for a path where another user may have put something: symbolic links are not followed, and a FIFO
 * does not block. Windows has neither flag.
 */
export const WARILY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
