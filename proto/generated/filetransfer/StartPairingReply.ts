// Original file: file_transfer.proto


/**
 * The receiver's half of the proof.
 */
export interface StartPairingReplyInput {
  /**
   * Names this attempt in FinishPairing.
   */
  'pairingId'?: (string);
  /**
   * 32 random bytes of the receiver.
   */
  'receiverNonce'?: (Buffer | Uint8Array | string);
  /**
   * HMAC-SHA-256 with the code as its key; see proto/pairing.ts.
   */
  'receiverProof'?: (Buffer | Uint8Array | string);
}

/**
 * The receiver's half of the proof.
 */
export interface StartPairingReply {
  /**
   * Names this attempt in FinishPairing.
   */
  'pairingId': (string);
  /**
   * 32 random bytes of the receiver.
   */
  'receiverNonce': (Buffer);
  /**
   * HMAC-SHA-256 with the code as its key; see proto/pairing.ts.
   */
  'receiverProof': (Buffer);
}
