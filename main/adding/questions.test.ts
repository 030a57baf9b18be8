import { expect, test } from 'vitest'
import type { Question } from '../contract/question.ts'
import { createQuestions } from './questions.ts'

test('questions are shown one after the other, and each answer goes to its own', async () => {
  const shown: (Question | undefined)[] = []
  const questions = createQuestions((question) => shown.push(question))
  const answers = [1, 2].map((files) => questions.ask({ files, receiverId: 'nas' }))
  expect(shown).toEqual([expect.objectContaining({ files: 1 })])
  const first = questions.current()?.id ?? ''
  questions.answer('another', { go: false })
  questions.answer(first, { go: true, taken: 'overwrite' })
  questions.answer(first, { go: false })
  expect(shown.map((question) => question?.files)).toEqual([1, 2])
  questions.answer(questions.current()?.id ?? '', { go: false })
  expect(await Promise.all(answers)).toEqual([{ go: true, taken: 'overwrite' }, { go: false }])
  expect(questions.current()).toBeUndefined()
  expect(shown.at(-1)).toBeUndefined()
})
