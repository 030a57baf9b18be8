// Original file: file_transfer.proto

/**
 * What a caller may do.
 */
export const Access = {
  /**
   * The receiver asks nobody for a token: whoever reaches it may send.
   */
  OPEN: 'OPEN',
  /**
   * The call carried the token of a device that is paired.
   */
  PAIRED: 'PAIRED',
  /**
   * The call carried no token, or one that is not valid (any more): only GetReceiverInfo and pairing answer.
   */
  PAIRING_NEEDED: 'PAIRING_NEEDED',
} as const;

/**
 * What a caller may do.
 */
export type AccessInput =
  /**
   * The receiver asks nobody for a token: whoever reaches it may send.
   */
  | 'OPEN'
  | 0
  /**
   * The call carried the token of a device that is paired.
   */
  | 'PAIRED'
  | 1
  /**
   * The call carried no token, or one that is not valid (any more): only GetReceiverInfo and pairing answer.
   */
  | 'PAIRING_NEEDED'
  | 2

/**
 * What a caller may do.
 */
export type Access = typeof Access[keyof typeof Access]
