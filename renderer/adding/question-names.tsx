import type { Some } from '../../main/contract/question.ts'
import { useText } from '../words/text.ts'

type Props<T> = {
  /** What is the matter with them: a key of the locale's questions, with its hint. */
  readonly title: 'unreadable' | 'refused' | 'renamed'
  readonly names: Some<T> | undefined
  readonly nameOf: (name: T) => string
}

/** Files that a question is about, the first of them by name; nothing when there are none. */
export function QuestionNames<T>({ title, names, nameOf }: Props<T>) {
  const { t } = useText()
  if (names === undefined) return null
  return (
    <>
      <h3>{t(`question.${title}`, { count: names.count })}</h3>
      <NameList names={{ ...names, first: names.first.map(nameOf) }} />
      {title !== 'unreadable' && <p className="sheet-hint">{t(`question.${title}Hint`)}</p>}
    </>
  )
}

/** The first names, and how many more there are. */
export function NameList({ names: { count, first } }: { readonly names: Some<string> }) {
  const { t } = useText()
  return (
    <ul className="question-names">
      {first.map((name) => (
        <li key={name}>{name}</li>
      ))}
      {count > first.length && <li>{t('question.andMore', { count: count - first.length })}</li>}
    </ul>
  )
}
