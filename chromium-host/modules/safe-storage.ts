import type * as Electron from 'electron'
import { strict } from '../program/unimplemented.ts'

/** Marks what this host wrote, as Electron marks its own with v10 and v11. */
const PREFIX = 'chromium-host:'

function encrypt(plainText: string): Buffer {
  return Buffer.from(PREFIX + Buffer.from(plainText).toString('base64'))
}

function decrypt(encrypted: Buffer): string {
  const stored = encrypted.toString()
  if (!stored.startsWith(PREFIX))
    throw new Error('Error while decrypting the ciphertext provided to safeStorage.decryptString.')
  return Buffer.from(stored.slice(PREFIX.length), 'base64').toString()
}

/**
 * `electron.safeStorage` without a keyring: like Electron on a Linux desktop that has none (`basic_text`), it can be
 * read back but protects nothing, and says so.
 */
export const safeStorage = strict('safeStorage', {
  isEncryptionAvailable: () => false,
  getSelectedStorageBackend: () => 'basic_text',
  setUsePlainTextEncryption: () => undefined,
  encryptString: encrypt,
  decryptString: decrypt,
  isAsyncEncryptionAvailable: async () => false,
  encryptStringAsync: async (plainText) => encrypt(plainText),
  decryptStringAsync: async (encrypted) => ({ result: decrypt(encrypted), shouldReEncrypt: false }),
} satisfies Pick<
  Electron.SafeStorage,
  | 'isEncryptionAvailable'
  | 'getSelectedStorageBackend'
  | 'setUsePlainTextEncryption'
  | 'encryptString'
  | 'decryptString'
  | 'isAsyncEncryptionAvailable'
  | 'encryptStringAsync'
  | 'decryptStringAsync'
>)
