// Original file: file_transfer.proto

import type { DigestKindInput as _filetransfer_DigestKindInput, DigestKind as _filetransfer_DigestKind } from '../filetransfer/DigestKind.ts';
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
   * The receiver's MD5 of what it stored, hex; equal to the sender's. Empty with another digest_kind.
   */
  'md5'?: (string);
  /**
   * What the file was verified by. Of an upload that was finished before it may be another digest than the one that is
   * asked for now.
   */
  'digestKind'?: (_filetransfer_DigestKindInput);
  /**
   * The receiver's digest of what it stored, lower-case hex; equal to the sender's. Empty with MD5.
   */
  'digest'?: (string);
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
   * The receiver's MD5 of what it stored, hex; equal to the sender's. Empty with another digest_kind.
   */
  'md5': (string);
  /**
   * What the file was verified by. Of an upload that was finished before it may be another digest than the one that is
   * asked for now.
   */
  'digestKind': (_filetransfer_DigestKind);
  /**
   * The receiver's digest of what it stored, lower-case hex; equal to the sender's. Empty with MD5.
   */
  'digest': (string);
}
