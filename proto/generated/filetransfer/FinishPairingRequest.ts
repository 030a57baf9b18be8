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
  /**
   * Added: the token that this receiver gave the device at an earlier pairing, valid or not; empty when there is none.
   * With it the device is the same one as before, under the same device_id, and goes on with the uploads that it left
   * unfinished; what it may do is decided anew. A device sends it only after it has checked receiver_proof, and only to
   * the receiver it had it from. One that the receiver does not know makes a new device, like an empty one.
   */
  'formerToken'?: (string);
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
  /**
   * Added: the token that this receiver gave the device at an earlier pairing, valid or not; empty when there is none.
   * With it the device is the same one as before, under the same device_id, and goes on with the uploads that it left
   * unfinished; what it may do is decided anew. A device sends it only after it has checked receiver_proof, and only to
   * the receiver it had it from. One that the receiver does not know makes a new device, like an empty one.
   */
  'formerToken': (string);
}
