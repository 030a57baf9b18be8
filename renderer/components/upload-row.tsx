import type { UploadSnapshot } from '../../main/contract.ts'
import { uploadShare } from '../selectors.ts'
import { useText } from '../text.ts'
import { Icon } from './icon.tsx'
import { IconButton } from './icon-button.tsx'
import { ProgressBar } from './progress-bar.tsx'
import type { Place } from './queue-row.tsx'
import { RowButtons } from './row-buttons.tsx'
import { RowFigures } from './row-figures.tsx'
import { StatusWords } from './status-words.tsx'
import { UploadDetails } from './upload-details.tsx'

type Props = { readonly upload: UploadSnapshot; readonly level: 1 | 2; readonly place: Place }

/** One file: what it is, where it goes, how far it is, and what can be done about it. */
export function UploadRow({ upload, level, place }: Props) {
  const { t, share, receiverName } = useText()
  const { name, path, sizeBytes, status } = upload
  const stored = uploadShare(upload)
  const destination = `${receiverName(upload.receiver)} / ${path}`
  return (
    <div className="row" data-testid="row" data-name={name} data-kind={status.kind}>
      <IconButton icon="chevron" label={t('row.details', { name })} expanded={place.isOpen} onPress={place.toggle} />
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
      <RowButtons name={name} uploads={[upload]} revealed={upload} place={place} />
      {place.isOpen && <UploadDetails upload={upload} />}
    </div>
  )
}

/** The row of the folder already says its name. */
function withoutFolder(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}
