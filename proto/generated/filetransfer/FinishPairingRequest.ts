// Original file: file_transfer.proto


/**
 * The device's half of the proof.
 */
export interface FinishPairingRequestInput {
  /**
   * From StartPairingReply.
   */
  'pairingId'?: (string);
  /**
   * HMAC-SHA-256 with the code as its key; see proto/pairing.ts.
   */
  'deviceProof'?: (Buffer | Uint8Array | string);
  /**
   * What the receiver shows to people, 1 to 64 characters.
   */
  'deviceName'?: (string);
}

/**
 * The device's half of the proof.
 */
export interface FinishPairingRequest {
  /**
   * From StartPairingReply.
   */
  'pairingId': (string);
  /**
   * HMAC-SHA-256 with the code as its key; see proto/pairing.ts.
   */
  'deviceProof': (Buffer);
  /**
   * What the receiver shows to people, 1 to 64 characters.
   */
  'deviceName': (string);
}
