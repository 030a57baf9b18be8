import type { MouseEvent } from 'react'
import {
  canCancel,
  canPause,
  canResume,
  canRetry,
  type UploadId,
  type UploadSnapshot,
  type UploadStatus,
} from '../../main/contract/contract.ts'
import { useActions } from '../actions/window-context.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { useText } from '../words/text.ts'

type Props = {
  readonly name: string
  /** The upload of the row, or all of a folder. */
  readonly ids: readonly UploadId[]
  /** Whether the state of any of them allows something. */
  readonly allows: (can: (status: Pick<UploadStatus, 'kind'>) => boolean) => boolean
  /** What "show in its folder" shows; without it there is no such button. */
  readonly revealed?: UploadSnapshot
}

/**
 * What can be done to a row. Buttons that replace each other share a slot, so that the keyboard stays on what it
 * pressed.
 */
export function RowButtons({ name, ids, allows, revealed }: Props) {
  const { t } = useText()
  const { reveal, remove } = useActions()
  return (
    <div className="row-buttons">
      <ContinueButtons name={name} ids={ids} allows={allows} />
      {revealed && <IconButton icon="reveal" label={t('row.reveal', { name })} onPress={() => reveal(revealed.id)} />}
      <IconButton icon="more" label={t('row.more', { name })} onPress={openMenu} />
      {allows(canCancel) ? (
        <IconButton icon="close" label={t('row.cancel', { name })} onPress={() => remove(ids)} />
      ) : (
        <IconButton icon="check" label={t('row.clear', { name })} onPress={() => remove(ids)} />
      )}
    </div>
  )
}

/** The menu of the row is that of the other mouse button, which not everybody has or knows. */
function openMenu({ currentTarget }: MouseEvent<HTMLElement>): void {
  const { left: clientX, bottom: clientY } = currentTarget.getBoundingClientRect()
  currentTarget.dispatchEvent(
    new window.MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY }),
  )
}

function ContinueButtons({ name, ids, allows }: Pick<Props, 'name' | 'ids' | 'allows'>) {
  const { t } = useText()
  const { pause, resume, retry } = useActions()
  const [pausable, resumable] = [allows(canPause), allows(canResume)]
  const resumeLabel = t(pausable ? 'row.resumeNow' : 'row.resume', { name })
  return (
    <>
      {allows(canRetry) && <IconButton icon="retry" label={t('row.retry', { name })} onPress={() => retry(ids)} />}
      {pausable && resumable && <IconButton icon="resume" label={resumeLabel} onPress={() => resume(ids)} />}
      {pausable ? (
        <IconButton icon="pause" label={t('row.pause', { name })} onPress={() => pause(ids)} />
      ) : (
        resumable && <IconButton icon="resume" label={resumeLabel} onPress={() => resume(ids)} />
      )}
    </>
  )
}
