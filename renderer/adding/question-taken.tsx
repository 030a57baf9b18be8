import { useId } from 'react'
import type { Question, TakenAnswer } from '../../main/contract/question.ts'
import { useReceiverName } from '../actions/receiver-name.ts'
import { SettingSwitch } from '../ui/setting-switch.tsx'
import { useText } from '../words/text.ts'
import { takenAnswers } from './question.ts'
import { NameList } from './question-names.tsx'

type Props = {
  readonly question: Question
  readonly answer: TakenAnswer
  readonly onAnswer: (answer: TakenAnswer) => void
  /** Whether this is the answer from now on. */
  readonly always: { readonly isOn: boolean; readonly onChange: (on: boolean) => void }
}

/** Names that are taken on the receiver, and what is to become of the files. */
export function QuestionTaken({ question: { taken, receiverId }, answer, onAnswer, always }: Props) {
  const { t } = useText()
  const receiverName = useReceiverName()
  const group = useId()
  if (taken === undefined) return null
  const { count, sameSize } = taken
  return (
    <>
      <h3 id={group}>{t('question.taken', { count, receiver: receiverName(receiverId) })}</h3>
      <NameList names={taken} />
      {sameSize > 0 && <p className="sheet-hint">{t('question.sameSize', { count: sameSize })}</p>}
      <div className="question-answers" role="radiogroup" aria-labelledby={group}>
        {takenAnswers(taken).map((choice) => (
          <label key={choice}>
            <input type="radio" name={group} checked={choice === answer} onChange={() => onAnswer(choice)} />
            {t(`question.${choice}`)}
          </label>
        ))}
      </div>
      {answer !== 'leave-out' && (
        <SettingSwitch label={t('question.always')} isOn={always.isOn} onChange={always.onChange} />
      )}
    </>
  )
}
