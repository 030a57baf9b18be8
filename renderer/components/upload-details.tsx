import type { ReactNode } from 'react'
import type { UploadSnapshot } from '../../main/contract.ts'
import { useText } from '../text.ts'

/** All there is to know about an upload, to be read and copied. */
export function UploadDetails({ upload }: { readonly upload: UploadSnapshot }) {
  const { t, bytes, instant, receiverName } = useText()
  const { path, receiver, sizeBytes, status } = upload
  return (
    <dl className="details" data-testid="details">
      <Detail term={t('details.destination')}>{`${receiverName(receiver)} / ${path}`}</Detail>
      <Detail term={t('details.size')}>{bytes(sizeBytes)}</Detail>
      {(status.kind === 'failed' || status.kind === 'interrupted') && (
        <Detail term={t('details.reason')}>{`${status.message} (${status.reason})`}</Detail>
      )}
      {status.kind === 'done' && (
        <>
          <Detail term={t('details.storedAs')}>{status.storedAs}</Detail>
          {status.md5 !== undefined && (
            <Detail term={t('details.md5')}>
              <code data-testid="md5">{status.md5}</code>
            </Detail>
          )}
          <Detail term={t('details.sent')}>{bytes(status.bytesSent)}</Detail>
          <Detail term={t('details.finished')}>{instant(status.finishedAtMs)}</Detail>
        </>
      )}
    </dl>
  )
}

function Detail({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}
