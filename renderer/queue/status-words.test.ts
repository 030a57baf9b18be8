import { expect, test } from 'vitest'
import type { UploadStatus } from '../../main/contract/contract.ts'
import { createTranslator } from '../../main/contract/locales/language.ts'
import { givenReason, type Reason } from '../../proto/reasons.ts'
import { done, failed, sending, waiting } from '../testing/samples.ts'
import { formatBytes, formatDuration, formatShare } from '../words/format.ts'
import { statusSentence } from './status-words.tsx'

const text = {
  t: createTranslator('en').t,
  share: (share: number) => formatShare(share, 'en'),
  duration: (seconds: number) => formatDuration(seconds, 'en'),
  bytes: (bytes: number) => formatBytes(bytes, 'en'),
}
const GIB = 1024 ** 3
const nowMs = 1_000_000
const interrupted: Extract<UploadStatus, { kind: 'interrupted' }> = {
  kind: 'interrupted',
  reason: givenReason('network'),
  message: 'The network was lost.',
  retryAtMs: nowMs + 11_400,
}

test.each<[UploadStatus, string]>([
  [waiting, 'Waiting'],
  [sending(10), 'Sending'],
  [{ kind: 'paused' }, 'Paused by you'],
  [{ kind: 'verifying', bytesVerified: 426 }, 'Verifying, 42% checked'],
  [interrupted, 'The network was lost. Continues by itself in 12 sec.'],
  [{ ...interrupted, retryAtMs: nowMs - 1 }, 'The network was lost. Trying again now.'],
  [failed, 'Failed: The disk is full.'],
  [done, 'Verified, stored as x.bin'],
  [storedAs('x (2).bin'), 'Verified; the name was taken, stored as x (2).bin'],
  [storedAs('x_.bin'), 'Verified; not every system can store this name, stored as x_.bin'],
  [stopped('DISK_FULL'), 'The receiver’s disk is full. Make room on it. Continues by itself in 12 sec.'],
  [
    { ...stopped('DISK_FULL'), shortage: { neededBytes: 12 * GIB, leftBytes: 3.2 * GIB } },
    'The receiver’s disk is full: 12 GiB are needed, 3.2 GiB are free. Make room on it. Continues by itself in 12 sec.',
  ],
  [
    { ...stopped('QUOTA'), shortage: { neededBytes: 8192, leftBytes: 0 } },
    'The quota on the receiver is used up: 8 KiB are needed, 0 B are left. Make room there. Continues by itself in 12 sec.',
  ],
  // Figures of a reason that has no words for them.
  [
    { ...stopped('BUSY'), shortage: { neededBytes: 1, leftBytes: 0 } },
    'The receiver is busy. Continues by itself in 12 sec.',
  ],
  [stopped('ASLEEP'), 'This computer is asleep. Continues by itself when it wakes up.'],
  [stopped('RECEIVER_OFF'), '“Receive on this computer” is off. Switch it on below. Continues by itself then.'],
  [stopped('SOURCE_MISSING'), 'The file is not where it was. Put it back, or cancel. Looks again in 12 sec.'],
  [{ kind: 'failed', reason: 'TOO_LARGE', message: 'English' }, 'Failed: The receiver does not take files this large.'],
])('%o reads as a sentence', (status, sentence) => {
  expect(statusSentence({ status, sizeBytes: 1000, path: 'x.bin' }, text, nowMs)).toBe(sentence)
})

test('an upload that another node took over says so while it is sent, and that nothing is lost', () => {
  const moved = (status: UploadStatus) =>
    statusSentence({ status, sizeBytes: 1, path: 'x.bin', moved: true }, text, nowMs)
  expect(moved(sending(1))).toBe('Sending; moved to another node of the receiver, nothing lost')
  expect(moved(done)).toBe('Verified, stored as x.bin')
})

test('what went wrong is told in the language of the window, also when only the main process has words for it', () => {
  const { t } = createTranslator('zh-CN')
  const words = { ...text, t, duration: (seconds: number) => formatDuration(seconds, 'zh-CN') }
  const sentence = (status: UploadStatus) => statusSentence({ status, sizeBytes: 1, path: 'x' }, words, nowMs)
  expect(sentence(stopped('UNREACHABLE'))).toBe('无法连接接收端。它是否正在运行？12秒后自动继续。')
  expect(sentence(interrupted)).toContain('The network was lost.')
  const shortage = { neededBytes: 12 * GIB, leftBytes: 3.2 * GIB }
  expect(sentence({ ...stopped('DISK_FULL'), shortage })).toContain('需要 12 GiB，可用 3.2 GiB')
  expect(sentence({ ...stopped('QUOTA'), shortage })).toContain('需要 12 GiB，剩余 3.2 GiB')
})

// A name of the prototype is no reason either.
test.each(['toString', '__proto__', 'constructor'])('the reason %s is not known', (reason) => {
  expect(
    statusSentence(
      {
        status: { kind: 'failed', reason: givenReason(reason), message: 'The disk is full.' },
        sizeBytes: 1,
        path: 'x',
      },
      text,
      nowMs,
    ),
  ).toBe('Failed: The disk is full.')
})

function storedAs(name: string): UploadStatus {
  return { kind: 'done', storedAs: name, bytesSent: 1000, finishedAtMs: 1 }
}

/** The main process's own words must not show where the window has some. */
function stopped(reason: Reason): typeof interrupted {
  return { ...interrupted, reason, message: 'English' }
}
