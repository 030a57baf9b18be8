import { canCancel, canClear, canPause, canResume, canRetry, type UploadSnapshot } from '../../main/contract.ts'
import { idsWhere } from '../selectors.ts'
import { useText } from '../text.ts'
import { useActions } from '../window-context.ts'
import { IconButton } from './icon-button.tsx'
import type { Place } from './queue-row.tsx'

type Props = {
  readonly name: string
  /** The upload of the row, or all of a folder. */
  readonly uploads: readonly UploadSnapshot[]
  /** What "show in its folder" shows; without it there is no such button. */
  readonly revealed?: UploadSnapshot
  readonly place: Place
}

/** What can be done to a row. Buttons that replace each other share a slot, so that the keyboard stays on what it pressed. */
export function RowButtons({ name, uploads, revealed, place }: Props) {
  const { t } = useText()
  const { reveal } = useActions()
  return (
    <div className="row-buttons">
      <ContinueButtons name={name} uploads={uploads} />
      {revealed && <IconButton icon="reveal" label={t('row.reveal', { name })} onPress={() => reveal(revealed.id)} />}
      <IconButton icon="up" label={t('row.moveUp', { name })} unavailable={place.isFirst} onPress={place.moveUp} />
      <IconButton icon="down" label={t('row.moveDown', { name })} unavailable={place.isLast} onPress={place.moveDown} />
      <RemoveButton name={name} uploads={uploads} />
    </div>
  )
}

type ButtonProps = Pick<Props, 'name' | 'uploads'>

function ContinueButtons({ name, uploads }: ButtonProps) {
  const { t } = useText()
  const { pause, resume, retry } = useActions()
  const pausable = idsWhere(uploads, canPause)
  const resumable = idsWhere(uploads, canResume)
  const retryable = idsWhere(uploads, canRetry)
  const resumeLabel = t(pausable.length > 0 ? 'row.resumeNow' : 'row.resume', { name })
  return (
    <>
      {retryable.length > 0 && (
        <IconButton icon="retry" label={t('row.retry', { name })} onPress={() => retry(retryable)} />
      )}
      {pausable.length > 0 && resumable.length > 0 && (
        <IconButton icon="resume" label={resumeLabel} onPress={() => resume(resumable)} />
      )}
      {pausable.length > 0 ? (
        <IconButton icon="pause" label={t('row.pause', { name })} onPress={() => pause(pausable)} />
      ) : (
        resumable.length > 0 && <IconButton icon="resume" label={resumeLabel} onPress={() => resume(resumable)} />
      )}
    </>
  )
}

function RemoveButton({ name, uploads }: ButtonProps) {
  const { t } = useText()
  const { cancel, clear } = useActions()
  const cancellable = idsWhere(uploads, canCancel)
  if (cancellable.length > 0) {
    return <IconButton icon="close" label={t('row.cancel', { name })} onPress={() => cancel(cancellable)} />
  }
  return <IconButton icon="check" label={t('row.clear', { name })} onPress={() => clear(idsWhere(uploads, canClear))} />
}
