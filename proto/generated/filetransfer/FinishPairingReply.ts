// Original file: file_transfer.proto


/**
 * The device is paired.
 */
export interface FinishPairingReplyInput {
  /**
   * The receiver's name for the device, not secret; that of former_token where it was right.
   */
  'deviceId'?: (string);
  /**
   * Sent as "authorization: Bearer TOKEN" with every later call. The receiver keeps only its digest. Every earlier
   * token of the device is void.
   */
  'token'?: (string);
  /**
   * The receiver's name for people.
   */
  'receiverName'?: (string);
  /**
   * The stable id of the receiver; see ReceiverInfo.
   */
  'receiverId'?: (string);
}

/**
 * The device is paired.
 */
export interface FinishPairingReply {
  /**
   * The receiver's name for the device, not secret; that of former_token where it was right.
   */
  'deviceId': (string);
  /**
   * Sent as "authorization: Bearer TOKEN" with every later call. The receiver keeps only its digest. Every earlier
   * token of the device is void.
   */
  'token': (string);
  /**
   * The receiver's name for people.
   */
  'receiverName': (string);
  /**
   * The stable id of the receiver; see ReceiverInfo.
   */
  'receiverId': (string);
}
