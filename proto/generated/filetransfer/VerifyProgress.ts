// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * How far the receiver has re-read the file.
 */
export interface VerifyProgressInput {
  /**
   * Bytes read so far.
   */
  'verifiedBytes'?: (number | string | Long);
}

/**
 * How far the receiver has re-read the file.
 */
export interface VerifyProgress {
  /**
   * Bytes read so far.
   */
  'verifiedBytes': (string);
}
