// Original file: file_transfer.proto


/**
 * The outcome of reading a stored file again.
 */
export interface FileIntegrityStatusInput {
  /**
   * True when the file is complete and its MD5 is the expected one.
   */
  'match'?: (boolean);
  /**
   * MD5 of the stored bytes, hex. Empty when the file is not complete.
   */
  'serverMd5'?: (string);
  /**
   * The MD5 that was compared with, hex: the client's, or the one recorded when the file became complete. Empty when
   * there is neither.
   */
  'clientMd5'?: (string);
  /**
   * For people: which of the two was compared, or what is missing.
   */
  'message'?: (string);
}

/**
 * The outcome of reading a stored file again.
 */
export interface FileIntegrityStatus {
  /**
   * True when the file is complete and its MD5 is the expected one.
   */
  'match': (boolean);
  /**
   * MD5 of the stored bytes, hex. Empty when the file is not complete.
   */
  'serverMd5': (string);
  /**
   * The MD5 that was compared with, hex: the client's, or the one recorded when the file became complete. Empty when
   * there is neither.
   */
  'clientMd5': (string);
  /**
   * For people: which of the two was compared, or what is missing.
   */
  'message': (string);
}
