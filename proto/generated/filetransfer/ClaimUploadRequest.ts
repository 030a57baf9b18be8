// Original file: file_transfer.proto

import type { ChunkSampleInput as _filetransfer_ChunkSampleInput, ChunkSample as _filetransfer_ChunkSample } from '../filetransfer/ChunkSample.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Asks for an upload that nobody goes by any more, of a file with this path, size and time.
 */
export interface ClaimUploadRequestInput {
  /**
   * A new key of the sender's own, 16 to 64 characters of [A-Za-z0-9_-]. When it is granted, the upload goes by this
   * key, and by its old one no more.
   */
  'uploadKey'?: (string);
  /**
   * As in BeginUploadRequest.
   */
  'path'?: (string)[];
  /**
   * The size of the file, bytes.
   */
  'size'?: (number | string | Long);
  /**
   * The source's modification time, milliseconds since 1970.
   */
  'modifiedAtMs'?: (number | string | Long);
  /**
   * Empty at first; then the file_id of the first answer.
   */
  'fileId'?: (string);
  /**
   * Empty at first; then one for each of samples_wanted.
   */
  'samples'?: (_filetransfer_ChunkSampleInput)[];
}

/**
 * Asks for an upload that nobody goes by any more, of a file with this path, size and time.
 */
export interface ClaimUploadRequest {
  /**
   * A new key of the sender's own, 16 to 64 characters of [A-Za-z0-9_-]. When it is granted, the upload goes by this
   * key, and by its old one no more.
   */
  'uploadKey': (string);
  /**
   * As in BeginUploadRequest.
   */
  'path': (string)[];
  /**
   * The size of the file, bytes.
   */
  'size': (string);
  /**
   * The source's modification time, milliseconds since 1970.
   */
  'modifiedAtMs': (string);
  /**
   * Empty at first; then the file_id of the first answer.
   */
  'fileId': (string);
  /**
   * Empty at first; then one for each of samples_wanted.
   */
  'samples': (_filetransfer_ChunkSample)[];
}
