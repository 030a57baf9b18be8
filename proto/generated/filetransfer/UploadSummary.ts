// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * One unfinished upload.
 */
export interface UploadSummaryInput {
  /**
   * The sender's key for it; BeginUpload with this key goes on with it.
   */
  'uploadKey'?: (string);
  /**
   * The path the sender asked for.
   */
  'path'?: (string)[];
  /**
   * The size of the file, bytes.
   */
  'size'?: (number | string | Long);
  /**
   * The source's modification time as the sender gave it, milliseconds since 1970.
   */
  'modifiedAtMs'?: (number | string | Long);
  /**
   * Bytes that are stored.
   */
  'storedBytes'?: (number | string | Long);
  /**
   * Somebody is sending it right now; going on with it would take it from them.
   */
  'busy'?: (boolean);
}

/**
 * One unfinished upload.
 */
export interface UploadSummary {
  /**
   * The sender's key for it; BeginUpload with this key goes on with it.
   */
  'uploadKey': (string);
  /**
   * The path the sender asked for.
   */
  'path': (string)[];
  /**
   * The size of the file, bytes.
   */
  'size': (string);
  /**
   * The source's modification time as the sender gave it, milliseconds since 1970.
   */
  'modifiedAtMs': (string);
  /**
   * Bytes that are stored.
   */
  'storedBytes': (string);
  /**
   * Somebody is sending it right now; going on with it would take it from them.
   */
  'busy': (boolean);
}
