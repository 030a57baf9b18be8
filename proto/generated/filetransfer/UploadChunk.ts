// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One chunk of a begun upload.
 */
export interface UploadChunkInput {
  /**
   * The upload; needed in the first message of a stream only.
   */
  'fileId'?: (string);
  /**
   * The generation BeginUpload answered; needed in the first message of a stream only.
   */
  'generation'?: (number | string | Long);
  /**
   * Where data begins, bytes from the start of the file; a multiple of chunk_grid_bytes, or of chunk_bytes where there
   * is none.
   */
  'offset'?: (number | string | Long);
  /**
   * The bytes.
   */
  'data'?: (Buffer | Uint8Array | string);
  /**
   * CRC-32 (IEEE, as in zlib) of data, checked before the chunk counts. The whole file is verified at the end.
   */
  'crc32'?: (number);
}

/**
 * One chunk of a begun upload.
 */
export interface UploadChunk {
  /**
   * The upload; needed in the first message of a stream only.
   */
  'fileId': (string);
  /**
   * The generation BeginUpload answered; needed in the first message of a stream only.
   */
  'generation': (string);
  /**
   * Where data begins, bytes from the start of the file; a multiple of chunk_grid_bytes, or of chunk_bytes where there
   * is none.
   */
  'offset': (string);
  /**
   * The bytes.
   */
  'data': (Buffer);
  /**
   * CRC-32 (IEEE, as in zlib) of data, checked before the chunk counts. The whole file is verified at the end.
   */
  'crc32': (number);
}
