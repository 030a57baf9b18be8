// Original file: file_transfer.proto

import type { PathToCheckInput as _filetransfer_PathToCheckInput, PathToCheck as _filetransfer_PathToCheck } from '../filetransfer/PathToCheck.ts';

/**
 * Asks about the names of files and folders.
 */
export interface CheckPathsRequestInput {
  /**
   * At most 1000.
   */
  'paths'?: (_filetransfer_PathToCheckInput)[];
}

/**
 * Asks about the names of files and folders.
 */
export interface CheckPathsRequest {
  /**
   * At most 1000.
   */
  'paths': (_filetransfer_PathToCheck)[];
}
