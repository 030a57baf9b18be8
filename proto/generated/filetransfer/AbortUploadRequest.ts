// Original file: file_transfer.proto


/**
 * Forgets an unfinished upload.
 */
export interface AbortUploadRequestInput {
  /**
   * The upload.
   */
  'fileId'?: (string);
}

/**
 * Forgets an unfinished upload.
 */
export interface AbortUploadRequest {
  /**
   * The upload.
   */
  'fileId': (string);
}
