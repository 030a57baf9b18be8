import { constants } from 'node:fs'

/**
 * Flags of `open` for what somebody else may have put in the place of a file: no link is followed, and nothing that waits for somebody else, as a FIFO does, is
 * waited for. Windows has neither.
 */
export const WARILY = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
