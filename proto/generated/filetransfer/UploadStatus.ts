// Original file: file_transfer.proto


/**
 * How an Upload call ended.
 */
export interface UploadStatusInput {
  /**
   * True when every byte of the file is stored and the file has its final name.
   */
  'success'?: (boolean);
  /**
   * For people: the receiver's MD5 on success, else what is missing or what was wrong.
   */
  'message'?: (string);
}

/**
 * How an Upload call ended.
 */
export interface UploadStatus {
  /**
   * True when every byte of the file is stored and the file has its final name.
   */
  'success': (boolean);
  /**
   * For people: the receiver's MD5 on success, else what is missing or what was wrong.
   */
  'message': (string);
}
