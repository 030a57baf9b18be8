// Original file: file_transfer.proto


/**
 * The device is paired.
 */
export interface FinishPairingReplyInput {
  /**
   * The receiver's name for the device, not secret.
   */
  'deviceId'?: (string);
  /**
   * Sent as "authorization: Bearer TOKEN" with every later call. The receiver keeps only its digest.
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
   * The receiver's name for the device, not secret.
   */
  'deviceId': (string);
  /**
   * Sent as "authorization: Bearer TOKEN" with every later call. The receiver keeps only its digest.
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
