// Original file: file_transfer.proto

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
   * Free bytes in the receiving folder that no unfinished upload has claimed.
   */
  'freeBytes'?: (number | string | Long);
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
   * Free bytes in the receiving folder that no unfinished upload has claimed.
   */
  'freeBytes': (string);
}
