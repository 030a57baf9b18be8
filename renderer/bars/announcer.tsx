import type { UploadSnapshot } from '../../main/contract/contract.ts'
import { useWindow } from '../actions/window-context.ts'
import { reasonSentence } from '../words/reasons.ts'
import { type Text, useText } from '../words/text.ts'

/** Tells screen readers which uploads came to an end; a burst of them is one sentence. */
export function Announcer() {
  const text = useText()
  const ended = useWindow((state) => state.ended)
  return (
    <p className="visually-hidden" role="status">
      {[announceDone(ended, text), announceFailed(ended, text)].filter(Boolean).join(' ')}
    </p>
  )
}

function announceDone(ended: readonly UploadSnapshot[], { t }: Text): string | undefined {
  const done = ended.filter(({ status }) => status.kind === 'done')
  const [only] = done
  if (only === undefined) return undefined
  return done.length === 1 ? t('announce.done', { name: only.name }) : t('announce.doneMany', { count: done.length })
}

function announceFailed(ended: readonly UploadSnapshot[], text: Text): string | undefined {
  const failed = ended.flatMap(({ name, status }) =>
    status.kind === 'failed' ? [{ name, message: reasonSentence(status, text) }] : [],
  )
  const [only] = failed
  if (only === undefined) return undefined
  const { t } = text
  return failed.length === 1 ? t('announce.failed', only) : t('announce.failedMany', { count: failed.length })
}
