// Original file: file_transfer.proto

/**
 * What is known of one name.
 */
export const NameState = {
  /**
   * Nothing has it.
   */
  FREE: 'FREE',
  /**
   * Something has it that is another file, or no file.
   */
  TAKEN: 'TAKEN',
  /**
   * A file of the same size has it, which may be the same one; SKIP_SAME finds out.
   */
  TAKEN_SAME_SIZE: 'TAKEN_SAME_SIZE',
  /**
   * No file can be stored under it.
   */
  REFUSED: 'REFUSED',
} as const;

/**
 * What is known of one name.
 */
export type NameStateInput =
  /**
   * Nothing has it.
   */
  | 'FREE'
  | 0
  /**
   * Something has it that is another file, or no file.
   */
  | 'TAKEN'
  | 1
  /**
   * A file of the same size has it, which may be the same one; SKIP_SAME finds out.
   */
  | 'TAKEN_SAME_SIZE'
  | 2
  /**
   * No file can be stored under it.
   */
  | 'REFUSED'
  | 3

/**
 * What is known of one name.
 */
export type NameState = typeof NameState[keyof typeof NameState]
