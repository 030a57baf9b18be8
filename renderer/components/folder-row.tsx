import { useMemo } from 'react'
import type { UploadSnapshot, UploadStatus } from '../../main/contract.ts'
import { type Summary, summarise } from '../selectors.ts'
import { useText } from '../text.ts'
import { Icon } from './icon.tsx'
import { IconButton } from './icon-button.tsx'
import { ProgressBar } from './progress-bar.tsx'
import type { Place } from './queue-row.tsx'
import { RowButtons } from './row-buttons.tsx'
import { speedParts, Tally } from './tally.tsx'

type Props = { readonly name: string; readonly uploads: readonly UploadSnapshot[]; readonly place: Place }

/** One dropped folder: its files added up. */
export function FolderRow({ name, uploads, place }: Props) {
  const text = useText()
  const { t } = text
  const summary = useMemo(() => summarise(uploads), [uploads])
  const destination = `${text.receiverName(uploads[0]?.receiver ?? '')} / ${name}`
  const files = t('folder.progress', { done: summary.countOf.done, count: summary.count })
  const sizes = t('size.of', { stored: text.bytes(summary.bytesStored), total: text.bytes(summary.bytesTotal) })
  return (
    <div className="row" data-testid="folder-row" data-name={name} data-kind={kindOf(summary)}>
      <IconButton
        icon="chevron"
        label={t(place.isOpen ? 'folder.close' : 'folder.open', { name })}
        expanded={place.isOpen}
        onPress={place.toggle}
      />
      <Icon name="folder" />
      <div className="row-body">
        <div className="row-title">
          <span className="row-name" title={name}>
            {name}
          </span>
          <span className="row-destination" title={destination}>
            → {destination}
          </span>
          <span className="row-share">{text.share(summary.share)}</span>
        </div>
        <ProgressBar label={t('row.progress', { name })} share={summary.share} kind={kindOf(summary)} />
        <div className="row-state">
          <span className="status" data-testid="status" data-kind={kindOf(summary)}>
            {files}
          </span>
          <Tally summary={summary} omit="done" />
          <span className="figures">{[sizes, ...speedParts(summary, text)].join(' · ')}</span>
        </div>
      </div>
      <RowButtons name={name} uploads={uploads} place={place} />
    </div>
  )
}

/** The state of a folder is that of the file that most needs to be seen. */
const mostToBeSeen = ['failed', 'interrupted', 'sending', 'verifying', 'waiting', 'paused', 'done'] as const

function kindOf({ countOf }: Summary): UploadStatus['kind'] {
  return mostToBeSeen.find((kind) => countOf[kind] > 0) ?? 'waiting'
}
