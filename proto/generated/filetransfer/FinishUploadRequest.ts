// Original file: file_transfer.proto

import type { DigestKindInput as _filetransfer_DigestKindInput, DigestKind as _filetransfer_DigestKind } from '../filetransfer/DigestKind.ts';
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
   * MD5 of the whole source file, 32 lower-case hex digits, computed on the read that sent it. Empty with
   * another digest_kind.
   */
  'md5'?: (string);
  /**
   * As BeginUploadReply told.
   */
  'digestKind'?: (_filetransfer_DigestKindInput);
  /**
   * The digest of the whole source file, lower-case hex: 32 digits for XXH128, 64 for SHA-256; empty with MD5.
   */
  'digest'?: (string);
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
   * MD5 of the whole source file, 32 lower-case hex digits, computed on the read that sent it. Empty with
   * another digest_kind.
   */
  'md5': (string);
  /**
   * As BeginUploadReply told.
   */
  'digestKind': (_filetransfer_DigestKind);
  /**
   * The digest of the whole source file, lower-case hex: 32 digits for XXH128, 64 for SHA-256; empty with MD5.
   */
  'digest': (string);
}
