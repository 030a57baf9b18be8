import type { UploadSnapshot } from '../../main/contract.ts'
import { type Text, useText } from '../text.ts'
import { useNow } from './use-now.ts'

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

/** What is going on with an upload, in one or two sentences; for an interruption also when it goes on. */
export function statusSentence(
  { status, sizeBytes }: Pick<UploadSnapshot, 'status' | 'sizeBytes'>,
  { t, share, duration }: Pick<Text, 't' | 'share' | 'duration'>,
  nowMs: number,
): string {
  switch (status.kind) {
    case 'waiting':
    case 'sending':
    case 'paused':
      return t(`status.${status.kind}`)
    case 'verifying':
      return t('status.verifying', { share: share(sizeBytes > 0 ? status.bytesVerified / sizeBytes : 0) })
    case 'interrupted': {
      const seconds = Math.ceil((status.retryAtMs - nowMs) / 1000)
      const next = seconds > 0 ? t('status.continuesIn', { duration: duration(seconds) }) : t('status.continuesNow')
      return `${status.message} ${next}`
    }
    case 'failed':
      return t('status.failed', { message: status.message })
    case 'done':
      return t('status.done', { storedAs: status.storedAs })
  }
}
