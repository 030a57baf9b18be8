import type { ReactNode } from 'react'
import type { UploadSnapshot } from '../../main/contract/contract.ts'
import { useReceiverName } from '../actions/receiver-name.ts'
import { reportOn, reportText } from '../actions/upload-report.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { useText } from '../words/text.ts'

/** All there is to know about an upload, to be read and copied. */
export function UploadDetails({ upload }: { readonly upload: UploadSnapshot }) {
  const text = useText()
  const words = { ...text, receiverName: useReceiverName() }
  const { kind } = upload.status
  return (
    <div className="details" data-testid="details">
      <dl>
        {reportOn(upload, words).map(({ term, text: shown, isCode }) => (
          <Detail key={term} term={term}>
            {isCode ? <code data-testid="digest">{shown}</code> : shown}
          </Detail>
        ))}
      </dl>
      {(kind === 'failed' || kind === 'interrupted') && <CopyButton text={reportText([upload], words)} />}
    </div>
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
