// Original file: file_transfer.proto

import type { CheckedPathInput as _filetransfer_CheckedPathInput, CheckedPath as _filetransfer_CheckedPath } from '../filetransfer/CheckedPath.ts';

/**
 * What the receiver knows of the names.
 */
export interface CheckPathsReplyInput {
  /**
   * One for each path, in their order.
   */
  'paths'?: (_filetransfer_CheckedPathInput)[];
  /**
   * Whether this caller may replace files that are there.
   */
  'mayOverwrite'?: (boolean);
}

/**
 * What the receiver knows of the names.
 */
export interface CheckPathsReply {
  /**
   * One for each path, in their order.
   */
  'paths': (_filetransfer_CheckedPath)[];
  /**
   * Whether this caller may replace files that are there.
   */
  'mayOverwrite': (boolean);
}
