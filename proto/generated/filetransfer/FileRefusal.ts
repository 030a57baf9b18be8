// Original file: file_transfer.proto


/**
 * Why one file of many was not stored.
 */
export interface FileRefusalInput {
  /**
   * The same stable words as in the trailer x-upload-reason of other calls.
   */
  'reason'?: (string);
  /**
   * For people.
   */
  'message'?: (string);
}

/**
 * Why one file of many was not stored.
 */
export interface FileRefusal {
  /**
   * The same stable words as in the trailer x-upload-reason of other calls.
   */
  'reason': (string);
  /**
   * For people.
   */
  'message': (string);
}
