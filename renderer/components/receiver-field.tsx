import { useEffect, useId, useRef, useState } from 'react'
import { THIS_COMPUTER } from '../../main/contract.ts'
import { useText } from '../text.ts'
import { useActions, useWindow } from '../window-context.ts'
import { FoundMenu } from './found-menu.tsx'
import { ReceiverHint } from './receiver-hint.tsx'

/** Where new files go. What is typed counts after Enter or on leaving the field; Escape takes it back. */
export function ReceiverField() {
  const { t, receiverName } = useText()
  const { setReceiver, dismissReceiverProblem } = useActions()
  const receiver = useWindow((state) => state.receiver)
  const problem = useWindow((state) => state.receiverProblem)
  const isQueueEmpty = useWindow((state) => state.items.length === 0)
  const [draft, setDraft] = useState<string>()
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const current = receiver === undefined ? '' : receiverName(receiver)

  useEffect(() => {
    if (problem?.kind === 'missing') input.current?.focus()
  }, [problem])

  const revert = () => {
    setDraft(undefined)
    dismissReceiverProblem()
  }
  const choose = async (address: string) => {
    if (await setReceiver(address)) setDraft(undefined)
  }
  const commit = () => {
    const address = draft?.trim()
    if (address === undefined) return
    if (address === '' || address === current) revert()
    else void choose(address === t('receiver.thisComputer') ? THIS_COMPUTER : address)
  }

  return (
    <div className="receiver">
      <label htmlFor={id}>{t('receiver.label')}</label>
      <input
        ref={input}
        id={id}
        data-testid="receiver-field"
        type="text"
        spellCheck={false}
        autoComplete="off"
        placeholder={t('receiver.placeholder')}
        value={draft ?? current}
        aria-invalid={problem?.kind === 'refused'}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setDraft(event.target.value)}
        onFocus={(event) => event.target.select()}
        onBlur={commit}
        onKeyDown={({ key }) => {
          if (key === 'Enter') commit()
          if (key === 'Escape') revert()
        }}
      />
      <button
        type="button"
        className="button"
        aria-pressed={receiver === THIS_COMPUTER}
        onClick={() => void choose(THIS_COMPUTER)}
      >
        {t('receiver.thisComputer')}
      </button>
      {/* An empty queue shows them itself. */}
      {!isQueueEmpty && <FoundMenu onChoose={(address) => void choose(address)} />}
      <ReceiverHint id={`${id}-hint`} />
    </div>
  )
}
