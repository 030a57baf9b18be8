// Original file: file_transfer.proto

import type { VerifyProgressInput as _filetransfer_VerifyProgressInput, VerifyProgress as _filetransfer_VerifyProgress } from '../filetransfer/VerifyProgress.ts';
import type { FinishedFileInput as _filetransfer_FinishedFileInput, FinishedFile as _filetransfer_FinishedFile } from '../filetransfer/FinishedFile.ts';

/**
 * Progress of the verification, then the result.
 */
export interface FinishUploadReplyInput {
  /**
   * The receiver is reading the file again.
   */
  'verifying'?: (_filetransfer_VerifyProgressInput | null);
  /**
   * The last message: the file is complete, verified and published.
   */
  'finished'?: (_filetransfer_FinishedFileInput | null);
  /**
   * Exactly one is set.
   */
  'step'?: "verifying"|"finished";
}

/**
 * Progress of the verification, then the result.
 */
export interface FinishUploadReply {
  /**
   * The receiver is reading the file again.
   */
  'verifying'?: (_filetransfer_VerifyProgress | null);
  /**
   * The last message: the file is complete, verified and published.
   */
  'finished'?: (_filetransfer_FinishedFile | null);
  /**
   * Exactly one is set.
   */
  'step'?: "verifying"|"finished";
}
