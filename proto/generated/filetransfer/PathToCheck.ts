// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One file or folder that would be sent.
 */
export interface PathToCheckInput {
  /**
   * As in BeginUploadRequest.
   */
  'path'?: (string)[];
  /**
   * The size of the file, bytes; any for a folder.
   */
  'size'?: (number | string | Long);
}

/**
 * One file or folder that would be sent.
 */
export interface PathToCheck {
  /**
   * As in BeginUploadRequest.
   */
  'path': (string)[];
  /**
   * The size of the file, bytes; any for a folder.
   */
  'size': (string);
}
