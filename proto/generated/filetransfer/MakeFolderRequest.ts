// Original file: file_transfer.proto


/**
 * Makes a folder.
 */
export interface MakeFolderRequestInput {
  /**
   * Below the receiving folder, one element for each path component.
   */
  'path'?: (string)[];
}

/**
 * Makes a folder.
 */
export interface MakeFolderRequest {
  /**
   * Below the receiving folder, one element for each path component.
   */
  'path': (string)[];
}
