// Original file: file_transfer.proto

import type { ChunkOutcomeInput as _filetransfer_ChunkOutcomeInput, ChunkOutcome as _filetransfer_ChunkOutcome } from '../filetransfer/ChunkOutcome.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * The receiver's answer to one chunk.
 */
export interface ChunkAckInput {
  /**
   * The chunk's offset, bytes.
   */
  'offset'?: (number | string | Long);
  /**
   * What became of it.
   */
  'outcome'?: (_filetransfer_ChunkOutcomeInput);
  /**
   * Every byte of the upload before this offset survives a power cut of the receiver. Grows from ack to ack; lags
   * behind by the group commit.
   */
  'durableWatermark'?: (number | string | Long);
  /**
   * How long the receiver took to check and store the chunk, microseconds, so that the sender can tell a slow disk from
   * a slow network. Zero: not told.
   */
  'storeMicros'?: (number);
}

/**
 * The receiver's answer to one chunk.
 */
export interface ChunkAck {
  /**
   * The chunk's offset, bytes.
   */
  'offset': (string);
  /**
   * What became of it.
   */
  'outcome': (_filetransfer_ChunkOutcome);
  /**
   * Every byte of the upload before this offset survives a power cut of the receiver. Grows from ack to ack; lags
   * behind by the group commit.
   */
  'durableWatermark': (string);
  /**
   * How long the receiver took to check and store the chunk, microseconds, so that the sender can tell a slow disk from
   * a slow network. Zero: not told.
   */
  'storeMicros': (number);
}
