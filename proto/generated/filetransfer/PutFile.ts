// Original file: file_transfer.proto

import type { ConflictPolicyInput as _filetransfer_ConflictPolicyInput, ConflictPolicy as _filetransfer_ConflictPolicy } from '../filetransfer/ConflictPolicy.ts';
import type { DigestKindInput as _filetransfer_DigestKindInput, DigestKind as _filetransfer_DigestKind } from '../filetransfer/DigestKind.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * One small file, whole. The first five fields are those of BeginUploadRequest.
 */
export interface PutFileInput {
  /**
   * The sender's own random key for this file, 16 to 64 characters of [A-Za-z0-9_-].
   */
  'uploadKey'?: (string);
  /**
   * Where to store the file below the receiving folder, one element for each path component, the last one the file
   * name.
   */
  'path'?: (string)[];
  /**
   * The size of the file, bytes; the length of data.
   */
  'size'?: (number | string | Long);
  /**
   * The source's modification time, milliseconds since 1970. Given to the stored file.
   */
  'modifiedAtMs'?: (number | string | Long);
  /**
   * What to do when the name is taken. SKIP_SAME needs no digest here: the receiver has the bytes.
   */
  'onConflict'?: (_filetransfer_ConflictPolicyInput);
  /**
   * The bytes, at most put_files_max_bytes.
   */
  'data'?: (Buffer | Uint8Array | string);
  /**
   * CRC-32 (IEEE, as in zlib) of data, checked before anything is stored.
   */
  'crc32'?: (number);
  /**
   * MD5 of the source file, 32 lower-case hex digits, compared with what the receiver reads back. Empty with another
   * digest_kind.
   */
  'md5'?: (string);
  /**
   * As in BeginUploadRequest.
   */
  'batchId'?: (string);
  'sourceId'?: (string);
  /**
   * What the file is verified by.
   */
  'digestKind'?: (_filetransfer_DigestKindInput);
  /**
   * The digest of the source file, lower-case hex; empty with MD5.
   */
  'digest'?: (string);
}

/**
 * One small file, whole. The first five fields are those of BeginUploadRequest.
 */
export interface PutFile {
  /**
   * The sender's own random key for this file, 16 to 64 characters of [A-Za-z0-9_-].
   */
  'uploadKey': (string);
  /**
   * Where to store the file below the receiving folder, one element for each path component, the last one the file
   * name.
   */
  'path': (string)[];
  /**
   * The size of the file, bytes; the length of data.
   */
  'size': (string);
  /**
   * The source's modification time, milliseconds since 1970. Given to the stored file.
   */
  'modifiedAtMs': (string);
  /**
   * What to do when the name is taken. SKIP_SAME needs no digest here: the receiver has the bytes.
   */
  'onConflict': (_filetransfer_ConflictPolicy);
  /**
   * The bytes, at most put_files_max_bytes.
   */
  'data': (Buffer);
  /**
   * CRC-32 (IEEE, as in zlib) of data, checked before anything is stored.
   */
  'crc32': (number);
  /**
   * MD5 of the source file, 32 lower-case hex digits, compared with what the receiver reads back. Empty with another
   * digest_kind.
   */
  'md5': (string);
  /**
   * As in BeginUploadRequest.
   */
  'batchId': (string);
  'sourceId': (string);
  /**
   * What the file is verified by.
   */
  'digestKind': (_filetransfer_DigestKind);
  /**
   * The digest of the source file, lower-case hex; empty with MD5.
   */
  'digest': (string);
}
