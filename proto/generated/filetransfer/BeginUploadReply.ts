// Original file: file_transfer.proto

import type { ByteRangeInput as _filetransfer_ByteRangeInput, ByteRange as _filetransfer_ByteRange } from '../filetransfer/ByteRange.ts';
import type { FinishedFileInput as _filetransfer_FinishedFileInput, FinishedFile as _filetransfer_FinishedFile } from '../filetransfer/FinishedFile.ts';
import type { DigestKindInput as _filetransfer_DigestKindInput, DigestKind as _filetransfer_DigestKind } from '../filetransfer/DigestKind.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * An upload that is open, or one that was finished before.
 */
export interface BeginUploadReplyInput {
  /**
   * Issued by the receiver; names the upload in every later call.
   */
  'fileId'?: (string);
  /**
   * Raised by each BeginUpload; streams of an older generation are refused.
   */
  'generation'?: (number | string | Long);
  /**
   * The longest chunk, bytes. Without chunk_grid_bytes chunks begin at its multiples and are this long, but for the
   * last.
   */
  'chunkBytes'?: (number);
  /**
   * What is stored already, merged and ascending.
   */
  'stored'?: (_filetransfer_ByteRangeInput)[];
  /**
   * Set when this upload was finished before, or with SKIP_SAME when the file is there already: nothing is left to
   * send.
   */
  'finished'?: (_filetransfer_FinishedFileInput | null);
  /**
   * With SKIP_SAME: a file of the same size has the name. Nothing was begun; ask again with sha256.
   */
  'sha256Wanted'?: (boolean);
  /**
   * Chunks may be shorter than chunk_bytes, for slow networks: they begin and end at multiples of this many bytes, but
   * for the end of the file. Zero from receivers that take only whole chunks.
   */
  'chunkGridBytes'?: (number);
  /**
   * Which of several nodes of the receiver serves the upload, to be compared only. Empty from receivers that are alone.
   */
  'node'?: (string);
  /**
   * What the upload is verified by, and FinishUpload has to bring: what was asked for, unless the upload is being
   * finished with another one, or the receiver knows only MD5.
   */
  'digestKind'?: (_filetransfer_DigestKindInput);
}

/**
 * An upload that is open, or one that was finished before.
 */
export interface BeginUploadReply {
  /**
   * Issued by the receiver; names the upload in every later call.
   */
  'fileId': (string);
  /**
   * Raised by each BeginUpload; streams of an older generation are refused.
   */
  'generation': (string);
  /**
   * The longest chunk, bytes. Without chunk_grid_bytes chunks begin at its multiples and are this long, but for the
   * last.
   */
  'chunkBytes': (number);
  /**
   * What is stored already, merged and ascending.
   */
  'stored': (_filetransfer_ByteRange)[];
  /**
   * Set when this upload was finished before, or with SKIP_SAME when the file is there already: nothing is left to
   * send.
   */
  'finished': (_filetransfer_FinishedFile | null);
  /**
   * With SKIP_SAME: a file of the same size has the name. Nothing was begun; ask again with sha256.
   */
  'sha256Wanted': (boolean);
  /**
   * Chunks may be shorter than chunk_bytes, for slow networks: they begin and end at multiples of this many bytes, but
   * for the end of the file. Zero from receivers that take only whole chunks.
   */
  'chunkGridBytes': (number);
  /**
   * Which of several nodes of the receiver serves the upload, to be compared only. Empty from receivers that are alone.
   */
  'node': (string);
  /**
   * What the upload is verified by, and FinishUpload has to bring: what was asked for, unless the upload is being
   * finished with another one, or the receiver knows only MD5.
   */
  'digestKind': (_filetransfer_DigestKind);
}
