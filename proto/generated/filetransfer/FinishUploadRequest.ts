// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * Asks to verify and publish.
 */
export interface FinishUploadRequestInput {
  /**
   * The upload.
   */
  'fileId'?: (string);
  /**
   * The generation BeginUpload answered.
   */
  'generation'?: (number | string | Long);
  /**
   * MD5 of the whole source file, 32 lower-case hex digits, computed on the read that sent it.
   */
  'md5'?: (string);
}

/**
 * Asks to verify and publish.
 */
export interface FinishUploadRequest {
  /**
   * The upload.
   */
  'fileId': (string);
  /**
   * The generation BeginUpload answered.
   */
  'generation': (string);
  /**
   * MD5 of the whole source file, 32 lower-case hex digits, computed on the read that sent it.
   */
  'md5': (string);
}
