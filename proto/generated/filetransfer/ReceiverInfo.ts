// Original file: file_transfer.proto

import type { AccessInput as _filetransfer_AccessInput, Access as _filetransfer_Access } from '../filetransfer/Access.ts';
import type { IdentitySuccessionInput as _filetransfer_IdentitySuccessionInput, IdentitySuccession as _filetransfer_IdentitySuccession } from '../filetransfer/IdentitySuccession.ts';
import type { DigestKindInput as _filetransfer_DigestKindInput, DigestKind as _filetransfer_DigestKind } from '../filetransfer/DigestKind.ts';
import type { Long } from '@grpc/proto-loader';

/**
 * What a sender must know before it begins.
 */
export interface ReceiverInfoInput {
  /**
   * The receiver's name for people.
   */
  'name'?: (string);
  /**
   * Stable random id of this receiving folder, 32 hex digits.
   */
  'id'?: (string);
  /**
   * The oldest and newest protocol version the receiver speaks. This file is version 1.
   */
  'protocolMin'?: (number);
  /**
   * See protocol_min.
   */
  'protocolMax'?: (number);
  /**
   * Longshore's version on the receiver, for people and logs.
   */
  'version'?: (string);
  /**
   * The longest message the receiver accepts, bytes.
   */
  'maxMessageBytes'?: (number);
  /**
   * How many connections one sender may usefully open.
   */
  'preferredConnections'?: (number);
  /**
   * Free bytes in the receiving folder that no unfinished upload has claimed. Zero for callers that may not send; 2^53
   * - 1 where nobody knows.
   */
  'freeBytes'?: (number | string | Long);
  /**
   * Whether this caller may send, and if not, why.
   */
  'access'?: (_filetransfer_AccessInput);
  /**
   * How the receiver came by its present certificate, oldest step first, so that senders that pinned an earlier one
   * follow without asking anybody.
   */
  'successions'?: (_filetransfer_IdentitySuccessionInput)[];
  /**
   * The longest file that PutFiles takes, bytes. Zero from receivers that do not know PutFiles.
   */
  'putFilesMaxBytes'?: (number);
  /**
   * Another one each time the receiver starts, so that a sender can tell one that was started again from a network that
   * broke. Empty: not told.
   */
  'runId'?: (string);
  /**
   * The digests that the receiver can verify a file by. Empty from receivers that know only MD5.
   */
  'digests'?: (_filetransfer_DigestKindInput)[];
  /**
   * Which of them a sender takes when nobody told it another one.
   */
  'defaultDigest'?: (_filetransfer_DigestKindInput);
}

/**
 * What a sender must know before it begins.
 */
export interface ReceiverInfo {
  /**
   * The receiver's name for people.
   */
  'name': (string);
  /**
   * Stable random id of this receiving folder, 32 hex digits.
   */
  'id': (string);
  /**
   * The oldest and newest protocol version the receiver speaks. This file is version 1.
   */
  'protocolMin': (number);
  /**
   * See protocol_min.
   */
  'protocolMax': (number);
  /**
   * Longshore's version on the receiver, for people and logs.
   */
  'version': (string);
  /**
   * The longest message the receiver accepts, bytes.
   */
  'maxMessageBytes': (number);
  /**
   * How many connections one sender may usefully open.
   */
  'preferredConnections': (number);
  /**
   * Free bytes in the receiving folder that no unfinished upload has claimed. Zero for callers that may not send; 2^53
   * - 1 where nobody knows.
   */
  'freeBytes': (string);
  /**
   * Whether this caller may send, and if not, why.
   */
  'access': (_filetransfer_Access);
  /**
   * How the receiver came by its present certificate, oldest step first, so that senders that pinned an earlier one
   * follow without asking anybody.
   */
  'successions': (_filetransfer_IdentitySuccession)[];
  /**
   * The longest file that PutFiles takes, bytes. Zero from receivers that do not know PutFiles.
   */
  'putFilesMaxBytes': (number);
  /**
   * Another one each time the receiver starts, so that a sender can tell one that was started again from a network that
   * broke. Empty: not told.
   */
  'runId': (string);
  /**
   * The digests that the receiver can verify a file by. Empty from receivers that know only MD5.
   */
  'digests': (_filetransfer_DigestKind)[];
  /**
   * Which of them a sender takes when nobody told it another one.
   */
  'defaultDigest': (_filetransfer_DigestKind);
}
