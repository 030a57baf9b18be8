// Original file: file_transfer.proto

import type { Long } from '@grpc/proto-loader';

/**
 * A file that is complete, verified and under its final name.
 */
export interface FinishedFileInput {
  /**
   * Where it was stored, relative to the receiving folder, components joined with "/". May differ from the path that
   * was asked for.
   */
  'storedAs'?: (string);
  /**
   * Size, bytes.
   */
  'size'?: (number | string | Long);
  /**
   * The receiver's MD5 of what it stored, hex; equal to the sender's.
   */
  'md5'?: (string);
}

/**
 * A file that is complete, verified and under its final name.
 */
export interface FinishedFile {
  /**
   * Where it was stored, relative to the receiving folder, components joined with "/". May differ from the path that
   * was asked for.
   */
  'storedAs': (string);
  /**
   * Size, bytes.
   */
  'size': (string);
  /**
   * The receiver's MD5 of what it stored, hex; equal to the sender's.
   */
  'md5': (string);
}
