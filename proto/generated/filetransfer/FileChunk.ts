// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One piece of a file from a plain client.
 */
export interface FileChunkInput {
  /**
   * The same on every chunk of a file.
   */
  'fileId'?: (string);
  /**
   * Where data begins in the file, bytes from its start.
   */
  'offset'?: (number | string | Long);
  /**
   * The size of the whole file, bytes; the same on every chunk.
   */
  'totalSize'?: (number | string | Long);
  /**
   * The bytes. Empty only for the single chunk of an empty file.
   */
  'data'?: (Buffer | Uint8Array | string);
  /**
   * MD5 of data, hex; when present it is checked before the chunk counts. Optional.
   */
  'chunkMd5'?: (string);
  /**
   * A hint that the sender has no later chunk. The receiver counts bytes instead of trusting it.
   */
  'isLast'?: (boolean);
}

/**
 * One piece of a file from a plain client.
 */
export interface FileChunk {
  /**
   * The same on every chunk of a file.
   */
  'fileId': (string);
  /**
   * Where data begins in the file, bytes from its start.
   */
  'offset': (string);
  /**
   * The size of the whole file, bytes; the same on every chunk.
   */
  'totalSize': (string);
  /**
   * The bytes. Empty only for the single chunk of an empty file.
   */
  'data': (Buffer);
  /**
   * MD5 of data, hex; when present it is checked before the chunk counts. Optional.
   */
  'chunkMd5': (string);
  /**
   * A hint that the sender has no later chunk. The receiver counts bytes instead of trusting it.
   */
  'isLast': (boolean);
}
