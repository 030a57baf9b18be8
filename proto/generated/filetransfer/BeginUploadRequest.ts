// Original file: file_transfer.proto

import type { ConflictPolicyInput as _filetransfer_ConflictPolicyInput, ConflictPolicy as _filetransfer_ConflictPolicy } from '../filetransfer/ConflictPolicy.ts';
import type { DigestKindInput as _filetransfer_DigestKindInput, DigestKind as _filetransfer_DigestKind } from '../filetransfer/DigestKind.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * Opens an upload.
 */
export interface BeginUploadRequestInput {
  /**
   * The sender's own random key for this upload, 16 to 64 characters of [A-Za-z0-9_-]. Asking again with it finds the
   * same upload.
   */
  'uploadKey'?: (string);
  /**
   * Where to store the file below the receiving folder, one element for each path component, the last one the file
   * name.
   */
  'path'?: (string)[];
  /**
   * The size of the file, bytes.
   */
  'size'?: (number | string | Long);
  /**
   * The source's modification time, milliseconds since 1970. Given to the stored file.
   */
  'modifiedAtMs'?: (number | string | Long);
  /**
   * What to do when the name is taken.
   */
  'onConflict'?: (_filetransfer_ConflictPolicyInput);
  /**
   * SHA-256 of the file, 64 lower-case hex digits; empty until the receiver wants it.
   */
  'sha256'?: (string);
  /**
   * What is sent together has one random batch_id, and each source a source_id that stays the same whenever it is sent;
   * 16 to 64 characters of [A-Za-z0-9_-], both or neither. Sources of one batch never replace each other, whatever
   * makes their names equal: with OVERWRITE, the second is kept beside the first, and when both are sent again each
   * replaces its own.
   */
  'batchId'?: (string);
  'sourceId'?: (string);
  /**
   * What the sender is going to compute of the file. Each BeginUpload decides it anew; what is stored stays stored.
   */
  'digestKind'?: (_filetransfer_DigestKindInput);
}

/**
 * Opens an upload.
 */
export interface BeginUploadRequest {
  /**
   * The sender's own random key for this upload, 16 to 64 characters of [A-Za-z0-9_-]. Asking again with it finds the
   * same upload.
   */
  'uploadKey': (string);
  /**
   * Where to store the file below the receiving folder, one element for each path component, the last one the file
   * name.
   */
  'path': (string)[];
  /**
   * The size of the file, bytes.
   */
  'size': (string);
  /**
   * The source's modification time, milliseconds since 1970. Given to the stored file.
   */
  'modifiedAtMs': (string);
  /**
   * What to do when the name is taken.
   */
  'onConflict': (_filetransfer_ConflictPolicy);
  /**
   * SHA-256 of the file, 64 lower-case hex digits; empty until the receiver wants it.
   */
  'sha256': (string);
  /**
   * What is sent together has one random batch_id, and each source a source_id that stays the same whenever it is sent;
   * 16 to 64 characters of [A-Za-z0-9_-], both or neither. Sources of one batch never replace each other, whatever
   * makes their names equal: with OVERWRITE, the second is kept beside the first, and when both are sent again each
   * replaces its own.
   */
  'batchId': (string);
  'sourceId': (string);
  /**
   * What the sender is going to compute of the file. Each BeginUpload decides it anew; what is stored stays stored.
   */
  'digestKind': (_filetransfer_DigestKind);
}
