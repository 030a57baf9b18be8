import { bytesStored, type UploadSnapshot } from '../../main/contract/contract.ts'
import { useReceiverName } from '../actions/receiver-name.ts'
import { uploadShare } from '../model/share.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { useText } from '../words/text.ts'
import { RowButtons } from './row-buttons.tsx'
import { StatusWords } from './status-words.tsx'
import { speedParts } from './tally.tsx'
import { UploadDetails } from './upload-details.tsx'

type Props = {
  readonly upload: UploadSnapshot
  readonly level: 1 | 2
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** One file: what it is, where it goes, how far it is, and what can be done about it. */
export function UploadRow({ upload, level, isOpen, onToggle }: Props) {
  const { t, share } = useText()
  const receiverName = useReceiverName()
  const { name, path, sizeBytes, status } = upload
  const stored = uploadShare(upload)
  const destination = `${receiverName(upload.receiver)} / ${path}`
  return (
    <div className="row" data-testid="row" data-name={name} data-kind={status.kind}>
      <IconButton icon="chevron" label={t('row.details', { name })} expanded={isOpen} onPress={onToggle} />
      <Icon name={name.endsWith('/') ? 'folder' : 'file'} />
      <div className="row-body">
        <div className="row-title">
          <span className="row-name" title={path}>
            {level === 2 ? withoutFolder(path) : name}
          </span>
          {level === 1 && (
            <span className="row-destination" title={destination}>
              → {destination}
            </span>
          )}
          <span className="row-share">{share(stored)}</span>
        </div>
        <ProgressBar
          label={t('row.progress', { name })}
          share={stored}
          kind={status.kind}
          {...(status.kind === 'verifying' && { shareVerified: sizeBytes > 0 ? status.bytesVerified / sizeBytes : 0 })}
        />
        <div className="row-state">
          <StatusWords upload={upload} />
          <RowFigures upload={upload} />
        </div>
      </div>
      <RowButtons name={name} ids={[upload.id]} allows={(can) => can(status)} revealed={upload} />
      {isOpen && <UploadDetails upload={upload} />}
    </div>
  )
}

/** The row of the folder already says its name. */
function withoutFolder(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}

/** Bytes, rate and time left of an upload, as far as they are known. */
function RowFigures({ upload }: { readonly upload: UploadSnapshot }) {
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
