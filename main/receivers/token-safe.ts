import type { SafeStorage } from 'electron'

/** Keeps secrets in files, locked by the system's key store as far as it has one. */
export type TokenSafe = {
  /** False where the system has no key store: then whoever can read the file can read the secret. */
  isLocked(): Promise<boolean>
  /** What may be written to a file, base64; undefined when nothing can be. */
  seal(secret: string): Promise<string | undefined>
  /** The secret; undefined when it cannot be read here (another account, another key store, damage). */
  unseal(sealed: string): Promise<string | undefined>
}

/**
 * Electron's key to the system's key store. Newer versions answer later and older ones at once; a version may have
 * either.
 */
export type SystemSafe = Pick<
  SafeStorage,
  | 'isEncryptionAvailable'
  | 'getSelectedStorageBackend'
  | 'setUsePlainTextEncryption'
  | 'encryptString'
  | 'decryptString'
> &
  Partial<Pick<SafeStorage, 'isAsyncEncryptionAvailable' | 'encryptStringAsync' | 'decryptStringAsync'>>

/** A safe on the system's key store; must be made when the app is ready. */
export function createTokenSafe(system: SystemSafe, platform: NodeJS.Platform): TokenSafe {
  async function isLocked(): Promise<boolean> {
    // Only Linux has a choice of key stores; this one is a key that stands in Chromium's source.
    if (platform === 'linux' && system.getSelectedStorageBackend() === 'basic_text') return false
    return has(system, 'isAsyncEncryptionAvailable')
      ? await system.isAsyncEncryptionAvailable()
      : system.isEncryptionAvailable()
  }

  async function sealWith(secret: string): Promise<Buffer> {
    if (has(system, 'encryptStringAsync') && (await isLocked())) return system.encryptStringAsync(secret)
    // Without a key store Linux seals nothing unless it is told that this is known.
    if (platform === 'linux' && !system.isEncryptionAvailable()) system.setUsePlainTextEncryption(true)
    return system.encryptString(secret)
  }

  return {
    isLocked,
    async seal(secret) {
      try {
        return (await sealWith(secret)).toString('base64')
      } catch {
        // The person refused the key store, or it is broken: what cannot be kept lasts until the app ends.
        return undefined
      }
    },
    async unseal(sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      try {
        if (!has(system, 'decryptStringAsync')) return system.decryptString(bytes)
        return (await system.decryptStringAsync(bytes)).result
      } catch {
        // Sealed by another account or key store, or damaged.
        return undefined
      }
    },
  }
}

/**
 * Asked with `in`, because an object that is not Electron's own may throw when it is asked for what it does not have.
 */
function has<K extends keyof SystemSafe>(
  system: SystemSafe,
  name: K,
): system is SystemSafe & Required<Pick<SystemSafe, K>> {
  return name in system
}
