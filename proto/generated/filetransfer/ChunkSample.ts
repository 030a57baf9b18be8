// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What a piece of the source is like.
 */
export interface ChunkSampleInput {
  /**
   * The bytes from start up to, but not including, end.
   */
  'start'?: (number | string | Long);
  'end'?: (number | string | Long);
  /**
   * CRC-32 (IEEE, as in zlib) of these bytes of the source.
   */
  'crc32'?: (number);
}

/**
 * What a piece of the source is like.
 */
export interface ChunkSample {
  /**
   * The bytes from start up to, but not including, end.
   */
  'start': (string);
  'end': (string);
  /**
   * CRC-32 (IEEE, as in zlib) of these bytes of the source.
   */
  'crc32': (number);
}
