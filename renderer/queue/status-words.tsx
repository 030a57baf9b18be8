import type { Stop, UploadSnapshot } from '../../main/contract/contract.ts'
import { useNow } from '../ui/use-now.ts'
import { reasonSentence } from '../words/reasons.ts'
import { type Text, useText } from '../words/text.ts'
import { namingOf } from './stored-as.ts'

/** The state of an upload in words. */
export function StatusWords({ upload }: { readonly upload: UploadSnapshot }) {
  const text = useText()
  const nowMs = useNow(upload.status.kind === 'interrupted')
  const sentence = statusSentence(upload, text, nowMs)
  return (
    <span className="status" data-testid="status" data-kind={upload.status.kind} title={sentence}>
      {sentence}
    </span>
  )
}

type Words = Pick<Text, 't' | 'share' | 'duration' | 'bytes'>

/** What is going on with an upload, in one or two sentences; for an interruption also when it goes on. */
export function statusSentence(
  { status, sizeBytes, path, moved }: Pick<UploadSnapshot, 'status' | 'sizeBytes' | 'path' | 'moved'>,
  words: Words,
  nowMs: number,
): string {
  const { t, share } = words
  switch (status.kind) {
    case 'sending':
      return t(moved ? 'status.moved' : 'status.sending')
    case 'waiting':
    case 'paused':
      return t(`status.${status.kind}`)
    case 'verifying':
      return t('status.verifying', { share: share(sizeBytes > 0 ? status.bytesVerified / sizeBytes : 0) })
    case 'interrupted':
      return t('status.interrupted', { message: reasonSentence(status, words), next: whatNext(status, words, nowMs) })
    case 'failed':
      return t('status.failed', { message: reasonSentence(status, words) })
    case 'done':
      return t(`status.${namingOf(path, status.storedAs)}`, { storedAs: status.storedAs })
  }
}

/** When and how an interrupted upload goes on: some wait for more than time. */
function whatNext(
  { reason, retryAtMs }: Stop & { readonly retryAtMs: number },
  { t, duration }: Words,
  nowMs: number,
): string {
  if (reason === 'ASLEEP') return t('status.continuesAwake')
  if (reason === 'RECEIVER_OFF') return t('status.continuesOn')
  const seconds = Math.ceil((retryAtMs - nowMs) / 1000)
  const looks = reason === 'SOURCE_MISSING'
  if (seconds <= 0) return t(looks ? 'status.looksAgainNow' : 'status.continuesNow')
  return t(looks ? 'status.looksAgainIn' : 'status.continuesIn', { duration: duration(seconds) })
}
