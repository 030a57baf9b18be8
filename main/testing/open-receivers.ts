import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'
import { fingerprintOf, RECEIVER_CERTIFICATE_NAME } from '../../proto/identity.ts'
import type { KnownReceiver } from '../contract/receivers.ts'
import type { Paired } from '../engine/net/pair.ts'
import { openReceivers } from '../receivers/receivers.ts'
import type { TokenSafe } from '../receivers/token-safe.ts'
import { openConf } from './open-store.ts'

/** A safe whose lock is that everything is written backwards. */
export function backwardsSafe({ locked = true } = {}): TokenSafe {
  const backwards = (text: string) => [...text].reverse().join('')
  return {
    isLocked: async () => locked,
    seal: async (secret) => backwards(secret),
    unseal: async (sealed) => backwards(sealed),
  }
}

/**
 * The known receivers as the app opens them. What the person would be told ends up in `told`, what the window would be
 * in `shown`.
 */
export function openKnown(
  directory: string,
  told: string[],
  safe = backwardsSafe(),
  shown: (readonly KnownReceiver[])[] = [],
) {
  return openReceivers({
    directory,
    openStore: openConf,
    writtenBy: '0.2.0',
    safe,
    notify: (message) => told.push(message),
    onChange: (list) => shown.push(list),
  })
}

/** What a pairing gives, with a certificate of its own. */
export async function madePairing(receiverName: string, more: Partial<Paired> = {}): Promise<Paired> {
  const { cert } = await generate([{ name: 'commonName', value: RECEIVER_CERTIFICATE_NAME }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
  })
  return {
    certificatePem: cert,
    fingerprint: fingerprintOf(new X509Certificate(cert).raw),
    token: `token-for-${receiverName}`,
    deviceId: 'd1',
    receiverName,
    receiverId: '00'.repeat(16),
    ...more,
  }
}
