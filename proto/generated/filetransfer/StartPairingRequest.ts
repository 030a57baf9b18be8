// Original file: file_transfer.proto


/**
 * Begins a pairing.
 */
export interface StartPairingRequestInput {
  /**
   * 32 random bytes of the device.
   */
  'deviceNonce'?: (Buffer | Uint8Array | string);
}

/**
 * Begins a pairing.
 */
export interface StartPairingRequest {
  /**
   * 32 random bytes of the device.
   */
  'deviceNonce': (Buffer);
}
