import type { ReactNode } from 'react'
import type { UploadSnapshot } from '../../main/contract.ts'
import { reasonSentence } from '../reasons.ts'
import { type Text, useText } from '../text.ts'
import { CopyButton } from './copy-button.tsx'

type Line = { readonly term: string; readonly text: string; readonly isCode?: boolean }

/** All there is to know about an upload, to be read and copied. */
export function UploadDetails({ upload }: { readonly upload: UploadSnapshot }) {
  const text = useText()
  const lines = detailsOf(upload, text)
  const { kind } = upload.status
  return (
    <div className="details" data-testid="details">
      <dl>
        {lines.map(({ term, text: shown, isCode }) => (
          <Detail key={term} term={term}>
            {isCode ? <code data-testid="md5">{shown}</code> : shown}
          </Detail>
        ))}
      </dl>
      {(kind === 'failed' || kind === 'interrupted') && (
        <CopyButton text={lines.map(({ term, text: shown }) => `${term}: ${shown}`).join('\n')} />
      )}
    </div>
  )
}

function detailsOf({ path, receiver, sizeBytes, status }: UploadSnapshot, text: Text): readonly Line[] {
  const { t, bytes, instant, receiverName } = text
  const always = [
    { term: t('details.destination'), text: `${receiverName(receiver)} / ${path}` },
    { term: t('details.size'), text: bytes(sizeBytes) },
  ]
  if (status.kind === 'failed' || status.kind === 'interrupted') {
    const sentence = reasonSentence(status, t)
    // Only the main process knows the particulars, such as what the receiver said.
    const said = status.message === sentence ? [] : [{ term: t('details.said'), text: status.message }]
    return [...always, { term: t('details.reason'), text: `${sentence} (${status.reason})` }, ...said]
  }
  if (status.kind !== 'done') return always
  return [
    ...always,
    { term: t('details.storedAs'), text: status.storedAs },
    ...(status.md5 === undefined ? [] : [{ term: t('details.md5'), text: status.md5, isCode: true }]),
    { term: t('details.sent'), text: bytes(status.bytesSent) },
    { term: t('details.finished'), text: instant(status.finishedAtMs) },
  ]
}

function Detail({ term, children }: { readonly term: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}
