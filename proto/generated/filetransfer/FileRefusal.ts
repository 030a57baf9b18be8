// Original file: file_transfer.proto

import type { ShortageInput as _filetransfer_ShortageInput, Shortage as _filetransfer_Shortage } from '../filetransfer/Shortage.ts';

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
  /**
   * Added: with DISK_FULL and QUOTA, where the receiver knows it.
   */
  'shortage'?: (_filetransfer_ShortageInput | null);
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
  /**
   * Added: with DISK_FULL and QUOTA, where the receiver knows it.
   */
  'shortage': (_filetransfer_Shortage | null);
}
