// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * What there is too little of for one file. Other calls tell it in the trailers x-upload-needed-bytes and
 * x-upload-left-bytes, decimal digits.
 */
export interface ShortageInput {
  /**
   * What the file still needs, bytes. Of a quota, every file and folder counts in steps of 4096.
   */
  'neededBytes'?: (number | string | Long);
  /**
   * What is left for it, bytes.
   */
  'leftBytes'?: (number | string | Long);
}

/**
 * What there is too little of for one file. Other calls tell it in the trailers x-upload-needed-bytes and
 * x-upload-left-bytes, decimal digits.
 */
export interface Shortage {
  /**
   * What the file still needs, bytes. Of a quota, every file and folder counts in steps of 4096.
   */
  'neededBytes': (string);
  /**
   * What is left for it, bytes.
   */
  'leftBytes': (string);
}
