import { randomUUID } from 'node:crypto'
import type { Answer, Question } from '../contract/question.ts'

/** Questions that wait for the person, shown one after the other. */
export type Questions = {
  /** The one to show; undefined when none waits. */
  current(): Question | undefined
  /** Resolves with the answer. */
  ask(question: Omit<Question, 'id'>): Promise<Answer>
  answer(questionId: string, answer: Answer): void
}

/** `onChange` is told the question to show, and undefined when none is left. */
export function createQuestions(onChange: (question: Question | undefined) => void): Questions {
  const waiting: { readonly question: Question; readonly decide: (answer: Answer) => void }[] = []
  const current = (): Question | undefined => waiting[0]?.question

  return {
    current,
    ask: (question) =>
      new Promise((decide) => {
        waiting.push({ question: { id: randomUUID(), ...question }, decide })
        if (waiting.length === 1) onChange(current())
      }),
    answer(questionId, answer) {
      const [asked] = waiting
      if (asked?.question.id !== questionId) return
      waiting.shift()
      asked.decide(answer)
      onChange(current())
    },
  }
}
