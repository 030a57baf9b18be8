import { expect, test } from 'vitest'
import type { UploadStatus } from '../../main/contract.ts'
import { formatDuration, formatShare } from '../format.ts'
import { createTranslator } from '../language.ts'
import { done, failed, sending, waiting } from '../testing/samples.ts'
import { statusSentence } from './status-words.tsx'

const text = {
  t: createTranslator('en').t,
  share: (share: number) => formatShare(share, 'en'),
  duration: (seconds: number) => formatDuration(seconds, 'en'),
}
const nowMs = 1_000_000
const interrupted: UploadStatus = {
  kind: 'interrupted',
  reason: 'network',
  message: 'The network was lost.',
  retryAtMs: nowMs + 11_400,
}

test.each<[UploadStatus, string]>([
  [waiting, 'Waiting'],
  [sending(10), 'Sending'],
  [{ kind: 'paused' }, 'Paused'],
  [{ kind: 'verifying', bytesVerified: 426 }, 'Verifying, 42% checked'],
  [interrupted, 'The network was lost. Continues by itself in 12 sec.'],
  [{ ...interrupted, retryAtMs: nowMs - 1 }, 'The network was lost. Trying again now.'],
  [failed, 'Failed: The disk is full.'],
  [done, 'Verified, stored as x.bin'],
])('%o reads as a sentence', (status, sentence) => {
  expect(statusSentence({ status, sizeBytes: 1000 }, text, nowMs)).toBe(sentence)
})
