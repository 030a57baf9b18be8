// Original file: file_transfer.proto

import type { ByteRangeInput as _filetransfer_ByteRangeInput, ByteRange as _filetransfer_ByteRange } from '../filetransfer/ByteRange.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What is stored of a file.
 */
export interface UploadedChunksInput {
  /**
   * The offsets of the chunks as they were sent, bytes, ascending.
   */
  'offsets'?: (number | string | Long)[];
  /**
   * Added: the same as byte ranges, merged and ascending.
   */
  'ranges'?: (_filetransfer_ByteRangeInput)[];
}

/**
 * What is stored of a file.
 */
export interface UploadedChunks {
  /**
   * The offsets of the chunks as they were sent, bytes, ascending.
   */
  'offsets': (string)[];
  /**
   * Added: the same as byte ranges, merged and ascending.
   */
  'ranges': (_filetransfer_ByteRange)[];
}
