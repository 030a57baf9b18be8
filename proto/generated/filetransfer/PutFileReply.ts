// Original file: file_transfer.proto

import type { FinishedFileInput as _filetransfer_FinishedFileInput, FinishedFile as _filetransfer_FinishedFile } from '../filetransfer/FinishedFile.ts';
import type { FileRefusalInput as _filetransfer_FileRefusalInput, FileRefusal as _filetransfer_FileRefusal } from '../filetransfer/FileRefusal.ts';

/**
 * The receiver's answer to one PutFile.
 */
export interface PutFileReplyInput {
  /**
   * Which file.
   */
  'uploadKey'?: (string);
  /**
   * The file is complete, verified and published.
   */
  'finished'?: (_filetransfer_FinishedFileInput | null);
  /**
   * It is not stored.
   */
  'refused'?: (_filetransfer_FileRefusalInput | null);
  /**
   * How long the receiver took from reading the file's message to this answer, microseconds; as in ChunkAck.
   */
  'storeMicros'?: (number);
  /**
   * Exactly one is set.
   */
  'outcome'?: "finished"|"refused";
}

/**
 * The receiver's answer to one PutFile.
 */
export interface PutFileReply {
  /**
   * Which file.
   */
  'uploadKey': (string);
  /**
   * The file is complete, verified and published.
   */
  'finished'?: (_filetransfer_FinishedFile | null);
  /**
   * It is not stored.
   */
  'refused'?: (_filetransfer_FileRefusal | null);
  /**
   * How long the receiver took from reading the file's message to this answer, microseconds; as in ChunkAck.
   */
  'storeMicros': (number);
  /**
   * Exactly one is set.
   */
  'outcome'?: "finished"|"refused";
}
