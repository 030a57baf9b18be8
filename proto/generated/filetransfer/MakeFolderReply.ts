// Original file: file_transfer.proto


/**
 * The folder is there.
 */
export interface MakeFolderReplyInput {
  /**
   * Where it was made, components joined with "/".
   */
  'storedAs'?: (string);
}

/**
 * The folder is there.
 */
export interface MakeFolderReply {
  /**
   * Where it was made, components joined with "/".
   */
  'storedAs': (string);
}
