// Original file: file_transfer.proto


/**
 * Forgets an unfinished upload.
 */
export interface AbortUploadRequestInput {
  /**
   * The upload, when the sender knows it.
   */
  'fileId'?: (string);
  /**
   * Else the key it was begun with.
   */
  'uploadKey'?: (string);
}

/**
 * Forgets an unfinished upload.
 */
export interface AbortUploadRequest {
  /**
   * The upload, when the sender knows it.
   */
  'fileId': (string);
  /**
   * Else the key it was begun with.
   */
  'uploadKey': (string);
}
