// Original file: file_transfer.proto


/**
 * One change of a receiver's certificate, attested by the key of the certificate before it.
 */
export interface IdentitySuccessionInput {
  /**
   * SHA-256 of the old certificate (DER), 32 bytes.
   */
  'oldFingerprint'?: (Buffer | Uint8Array | string);
  /**
   * The new certificate, DER.
   */
  'newCertificate'?: (Buffer | Uint8Array | string);
  /**
   * ECDSA with SHA-256 by the old certificate's key, DER, over "longshore identity succession", the old and the new
   * fingerprint in lower-case hex, joined with line feeds.
   */
  'signature'?: (Buffer | Uint8Array | string);
}

/**
 * One change of a receiver's certificate, attested by the key of the certificate before it.
 */
export interface IdentitySuccession {
  /**
   * SHA-256 of the old certificate (DER), 32 bytes.
   */
  'oldFingerprint': (Buffer);
  /**
   * The new certificate, DER.
   */
  'newCertificate': (Buffer);
  /**
   * ECDSA with SHA-256 by the old certificate's key, DER, over "longshore identity succession", the old and the new
   * fingerprint in lower-case hex, joined with line feeds.
   */
  'signature': (Buffer);
}
