// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * The bytes from start up to, but not including, end.
 */
export interface ByteRangeInput {
  /**
   * First byte, from the start of the file.
   */
  'start'?: (number | string | Long);
  /**
   * One past the last byte.
   */
  'end'?: (number | string | Long);
}

/**
 * The bytes from start up to, but not including, end.
 */
export interface ByteRange {
  /**
   * First byte, from the start of the file.
   */
  'start': (string);
  /**
   * One past the last byte.
   */
  'end': (string);
}
