// Original file: file_transfer.proto


/**
 * Names a file to a plain rpc.
 */
export interface FileIdentifierInput {
  /**
   * Chosen by the client; often MD5(file name + size). Our own sender uses the file_id that BeginUpload issued.
   */
  'fileId'?: (string);
  /**
   * The name a plain client wants the file stored under. Without it the file is stored under its file_id. Both are made
   * safe first.
   */
  'fileName'?: (string);
  /**
   * Added: the client's MD5 of the whole file, 32 lower-case hex digits, so that CheckFileIntegrity compares with it.
   * Empty when unknown.
   */
  'clientMd5'?: (string);
}

/**
 * Names a file to a plain rpc.
 */
export interface FileIdentifier {
  /**
   * Chosen by the client; often MD5(file name + size). Our own sender uses the file_id that BeginUpload issued.
   */
  'fileId': (string);
  /**
   * The name a plain client wants the file stored under. Without it the file is stored under its file_id. Both are made
   * safe first.
   */
  'fileName': (string);
  /**
   * Added: the client's MD5 of the whole file, 32 lower-case hex digits, so that CheckFileIntegrity compares with it.
   * Empty when unknown.
   */
  'clientMd5': (string);
}
