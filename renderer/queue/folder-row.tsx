import type { UploadStatus } from '../../main/contract/contract.ts'
import type { ReceiverId } from '../../main/contract/receivers.ts'
import { useReceiverName } from '../actions/receiver-name.ts'
import type { Row } from '../model/queue-rows.ts'
import { allowsAny, type Summary, summaryOf, type Totals } from '../model/totals.ts'
import { Icon } from '../ui/icon.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { useText } from '../words/text.ts'
import { RowButtons } from './row-buttons.tsx'
import { speedParts, Tally } from './tally.tsx'

type Props = {
  readonly row: Extract<Row, { kind: 'folder' }>
  readonly totals: Totals
  readonly receiver: ReceiverId
  readonly onToggle: () => void
}

/** One dropped folder: its files added up. */
export function FolderRow({ row, totals, receiver, onToggle }: Props) {
  const { name, open, shownIds } = row
  const text = useText()
  const { t } = text
  const receiverName = useReceiverName()
  const summary = summaryOf(totals)
  const destination = `${receiverName(receiver)} / ${name}`
  const files = t('folder.progress', { done: summary.countOf.done, count: summary.count })
  const sizes = t('size.of', { stored: text.bytes(summary.bytesStored), total: text.bytes(summary.bytesTotal) })
  return (
    <div className="row" data-testid="folder-row" data-name={name} data-kind={kindOf(summary)}>
      <IconButton
        icon="chevron"
        label={t(open ? 'folder.close' : 'folder.open', { name })}
        expanded={open}
        onPress={onToggle}
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
      <RowButtons name={name} ids={shownIds} allows={(can) => allowsAny(totals, can)} />
    </div>
  )
}

/** A folder shows the state of the file that most needs attention. */
const mostToBeSeen = ['failed', 'interrupted', 'sending', 'verifying', 'waiting', 'paused', 'done'] as const

function kindOf({ countOf }: Summary): UploadStatus['kind'] {
  return mostToBeSeen.find((kind) => countOf[kind] > 0) ?? 'waiting'
}
