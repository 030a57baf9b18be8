import { bytesStored, type UploadSnapshot } from '../../main/contract/contract.ts'
import { useText } from '../words/text.ts'
import { speedParts } from './tally.tsx'

/** Bytes, rate and time left of an upload, as far as they are known. */
export function RowFigures({ upload }: { readonly upload: UploadSnapshot }) {
  const text = useText()
  const { status, sizeBytes } = upload
  const stored = bytesStored(upload)
  const isUnderWay = stored > 0 && status.kind !== 'done'
  const sizes = isUnderWay
    ? text.t('size.of', { stored: text.bytes(stored), total: text.bytes(sizeBytes) })
    : text.bytes(sizeBytes)
  const speed = status.kind === 'sending' ? speedParts(status, text) : []
  return <span className="figures">{[sizes, ...speed].join(' · ')}</span>
}
