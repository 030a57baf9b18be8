import { expect, test } from 'vitest'
import { createTokenSafe, type SystemSafe } from './token-safe.ts'

/** A key store that writes down which of its two ways was taken. */
function systemSafe({
  backend = 'gnome_libsecret' as const as string,
  available = true,
  newer = true,
  broken = false,
} = {}) {
  const taken: string[] = []
  const note = (way: string) => {
    taken.push(way)
    if (broken) throw new Error('The key store is locked.')
  }
  const older: SystemSafe = {
    isEncryptionAvailable: () => available,
    getSelectedStorageBackend: () => backend as 'basic_text',
    setUsePlainTextEncryption: () => taken.push('plain text agreed'),
    encryptString(text) {
      note('older')
      return Buffer.from(`sealed ${text}`)
    },
    decryptString(bytes) {
      note('older')
      return bytes.toString().replace('sealed ', '')
    },
  }
  const ways = {
    isAsyncEncryptionAvailable: async () => available,
    encryptStringAsync: async (text: string) => {
      note('newer')
      return Buffer.from(`sealed ${text}`)
    },
    decryptStringAsync: async (bytes: Buffer) => {
      note('newer')
      return { result: bytes.toString().replace('sealed ', ''), shouldReEncrypt: false }
    },
  }
  return { system: newer ? { ...older, ...ways } : older, taken }
}

test.each([true, false])('what is sealed can be read again (newer ways: %s)', async (newer) => {
  const { system, taken } = systemSafe({ newer })
  const safe = createTokenSafe(system, 'linux')
  const sealed = (await safe.seal('secret')) ?? ''
  expect(sealed).not.toContain('secret')
  expect(await safe.unseal(sealed)).toBe('secret')
  expect(taken).toEqual(newer ? ['newer', 'newer'] : ['older', 'older'])
  expect(await safe.isLocked()).toBe(true)
})

test('a Linux without a key store is said to lock nothing, and keeps the secret all the same', async () => {
  const { system, taken } = systemSafe({ backend: 'basic_text', available: false })
  const safe = createTokenSafe(system, 'linux')
  expect(await safe.isLocked()).toBe(false)
  expect(await safe.seal('secret')).toBeDefined()
  expect(taken).toEqual(['plain text agreed', 'older'])
})

test('other systems are not asked which key store they have', async () => {
  const { system } = systemSafe({ backend: 'basic_text' })
  expect(await createTokenSafe(system, 'darwin').isLocked()).toBe(true)
})

test('a key store that refuses gives nothing, and throws nothing', async () => {
  const safe = createTokenSafe(systemSafe({ broken: true }).system, 'darwin')
  expect(await safe.seal('secret')).toBeUndefined()
  expect(await safe.unseal('c2VhbGVk')).toBeUndefined()
})
