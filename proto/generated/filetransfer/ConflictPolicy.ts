// Original file: file_transfer.proto

/**
 * What to do when the final name is taken.
 */
export const ConflictPolicy = {
  /**
   * Store the new file as "name (2).ext". The default: nothing is lost.
   */
  KEEP_BOTH: 'KEEP_BOTH',
  /**
   * Replace the file that is there, atomically, once the new one is verified.
   */
  OVERWRITE: 'OVERWRITE',
  /**
   * Answer ALREADY_EXISTS with reason TARGET_EXISTS.
   */
  REFUSE: 'REFUSE',
  /**
   * Store nothing when the file that has the name, or one that was stored for that name before, has the same SHA-256;
   * else KEEP_BOTH. Needs sha256, see BeginUploadReply.sha256_wanted.
   */
  SKIP_SAME: 'SKIP_SAME',
} as const;

/**
 * What to do when the final name is taken.
 */
export type ConflictPolicyInput =
  /**
   * Store the new file as "name (2).ext". The default: nothing is lost.
   */
  | 'KEEP_BOTH'
  | 0
  /**
   * Replace the file that is there, atomically, once the new one is verified.
   */
  | 'OVERWRITE'
  | 1
  /**
   * Answer ALREADY_EXISTS with reason TARGET_EXISTS.
   */
  | 'REFUSE'
  | 2
  /**
   * Store nothing when the file that has the name, or one that was stored for that name before, has the same SHA-256;
   * else KEEP_BOTH. Needs sha256, see BeginUploadReply.sha256_wanted.
   */
  | 'SKIP_SAME'
  | 3

/**
 * What to do when the final name is taken.
 */
export type ConflictPolicy = typeof ConflictPolicy[keyof typeof ConflictPolicy]
