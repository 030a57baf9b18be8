import type { Question } from '../../main/contract-question.ts'
import { useText } from '../text.ts'
import { useActions, useWindow } from '../window-context.ts'
import { Sheet } from './sheet.tsx'

/** What needs a decision before anything is queued: one sheet, one answer for everything that was added together. */
export function QuestionSheet() {
  const question = useWindow((state) => state.question)
  const { answer } = useActions()
  const { t } = useText()
  if (question === undefined) return null
  const { id, files, noRoom } = question
  const stop = (): void => answer(id, false)
  return (
    // Another question is another sheet, whose focus begins anew.
    <Sheet key={id} title={t('question.title')} onClose={stop} testId="question">
      <NoRoom question={question} />
      <Unreadable question={question} />
      <div className="sheet-buttons">
        <button type="button" className="button" data-first onClick={stop}>
          {t('question.stop')}
        </button>
        <button type="button" className="button primary" onClick={() => answer(id, true)}>
          {t(noRoom === undefined ? 'question.addReadable' : 'question.addAll', { count: files })}
        </button>
      </div>
    </Sheet>
  )
}

function NoRoom({ question: { noRoom, receiverId } }: { readonly question: Question }) {
  const { t, bytes, receiverName } = useText()
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

function Unreadable({ question: { unreadable } }: { readonly question: Question }) {
  const { t } = useText()
  if (unreadable === undefined) return null
  const { count, names } = unreadable
  return (
    <>
      <h3>{t('question.unreadable', { count })}</h3>
      <ul className="question-names">
        {names.map((name) => (
          <li key={name}>{name}</li>
        ))}
        {count > names.length && <li>{t('question.andMore', { count: count - names.length })}</li>}
      </ul>
    </>
  )
}
