import { useState } from 'react'
import type { Question, TakenAnswer } from '../../main/contract/question.ts'
import { useReceiverName } from '../actions/receiver-name.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'
import { filesAfter } from './question.ts'
import { QuestionNames } from './question-names.tsx'
import { QuestionTaken } from './question-taken.tsx'

/** What needs a decision before anything is queued: one sheet, one answer for everything that was added together. */
export function QuestionSheet() {
  const question = useWindow((state) => state.question)
  // Another question is another sheet, whose focus and choices begin anew.
  return question === undefined ? null : <OneQuestion key={question.id} question={question} />
}

function OneQuestion({ question }: { readonly question: Question }) {
  const { answer } = useActions()
  const { t } = useText()
  const [taken, setTaken] = useState<TakenAnswer>('skip-same')
  const [always, setAlways] = useState(false)
  const { id, unreadable, refused, renamed, isPartial } = question
  const count = filesAfter(question, taken)
  const stop = (): void => answer(id, { go: false })
  return (
    <Sheet title={t('question.title')} onClose={stop} testId="question">
      <NoRoom question={question} />
      <QuestionTaken
        question={question}
        answer={taken}
        onAnswer={setTaken}
        always={{ isOn: always, onChange: setAlways }}
      />
      <QuestionNames title="renamed" names={renamed} nameOf={({ name, storedAs }) => `${name} → ${storedAs}`} />
      <QuestionNames title="refused" names={refused} nameOf={String} />
      <QuestionNames title="unreadable" names={unreadable} nameOf={String} />
      {isPartial && <p className="sheet-hint">{t('question.partial')}</p>}
      <div className="sheet-buttons">
        <button type="button" className="button" data-first onClick={stop}>
          {t('question.stop')}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={count === 0}
          onClick={() => answer(id, { go: true, ...(question.taken !== undefined && { taken, always }) })}
        >
          {t(`question.${verbOf(question)}`, { count })}
        </button>
      </div>
    </Sheet>
  )
}

function verbOf({ noRoom, unreadable, refused }: Question) {
  if (noRoom !== undefined) return 'addAll'
  return unreadable === undefined && refused === undefined ? 'add' : 'addOthers'
}

function NoRoom({ question: { noRoom, receiverId } }: { readonly question: Question }) {
  const { t, bytes } = useText()
  const receiverName = useReceiverName()
  if (noRoom === undefined) return null
  const [free, needed] = [bytes(noRoom.freeBytes), bytes(noRoom.neededBytes)]
  return (
    <>
      <h3>{t('question.noRoom')}</h3>
      <p>{t('question.free', { free, needed, receiver: receiverName(receiverId) })}</p>
      <p className="sheet-hint">{t('question.noRoomHint')}</p>
    </>
  )
}
