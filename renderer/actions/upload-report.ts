import type { UploadSnapshot } from '../../main/contract/contract.ts'
import { reasonSentence } from '../words/reasons.ts'
import type { Text } from '../words/text.ts'
import type { ReceiverName } from './receiver-name.ts'

/** One thing there is to know about an upload. */
export type ReportLine = { readonly term: string; readonly text: string; readonly isCode?: boolean }

type Words = Pick<Text, 't' | 'bytes' | 'instant'> & { readonly receiverName: ReceiverName }

/** All there is to know about an upload. */
export function reportOn({ path, receiver, sizeBytes, status }: UploadSnapshot, words: Words): readonly ReportLine[] {
  const { t, bytes, instant, receiverName } = words
  const always = [
    { term: t('details.destination'), text: `${receiverName(receiver)} / ${path}` },
    { term: t('details.size'), text: bytes(sizeBytes) },
  ]
  if (status.kind === 'failed' || status.kind === 'interrupted') {
    const sentence = reasonSentence(status, words)
    // Only the main process knows the particulars, such as what the receiver said.
    const said = status.message === sentence ? [] : [{ term: t('details.said'), text: status.message }]
    return [...always, { term: t('details.reason'), text: `${sentence} (${status.reason})` }, ...said]
  }
  if (status.kind !== 'done') return always
  const { digest } = status
  return [
    ...always,
    { term: t('details.storedAs'), text: status.storedAs },
    ...(digest === undefined ? [] : [{ term: t(`details.${digest.kind}`), text: digest.hex, isCode: true }]),
    { term: t('details.sent'), text: bytes(status.bytesSent) },
    { term: t('details.finished'), text: instant(status.finishedAtMs) },
  ]
}

/** The same as text to be copied, uploads with an empty line between them. */
export function reportText(uploads: readonly UploadSnapshot[], words: Words): string {
  return uploads
    .map((upload) =>
      reportOn(upload, words)
        .map(({ term, text }) => `${term}: ${text}`)
        .join('\n'),
    )
    .join('\n\n')
}
