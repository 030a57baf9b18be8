// Original file: file_transfer.proto

import type { ByteRangeInput as _filetransfer_ByteRangeInput, ByteRange as _filetransfer_ByteRange } from '../filetransfer/ByteRange.ts';

/**
 * Whether there is such an upload, and whether it is granted.
 */
export interface ClaimUploadReplyInput {
  /**
   * True when the upload goes by the new key from now on: BeginUpload with it goes on.
   */
  'granted'?: (boolean);
  /**
   * Set in the first answer when there is an upload that fits. Empty: there is none, begin a new one.
   */
  'fileId'?: (string);
  /**
   * The pieces of the source that are to be compared with what is stored.
   */
  'samplesWanted'?: (_filetransfer_ByteRangeInput)[];
}

/**
 * Whether there is such an upload, and whether it is granted.
 */
export interface ClaimUploadReply {
  /**
   * True when the upload goes by the new key from now on: BeginUpload with it goes on.
   */
  'granted': (boolean);
  /**
   * Set in the first answer when there is an upload that fits. Empty: there is none, begin a new one.
   */
  'fileId': (string);
  /**
   * The pieces of the source that are to be compared with what is stored.
   */
  'samplesWanted': (_filetransfer_ByteRange)[];
}
