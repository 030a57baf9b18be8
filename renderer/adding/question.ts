import type { Question, TakenAnswer } from '../../main/contract/question.ts'

/** What a person may answer about names that are taken, the safest first. */
export function takenAnswers({ mayOverwrite }: NonNullable<Question['taken']>): readonly TakenAnswer[] {
  const answers = ['skip-same', 'keep-both', 'overwrite', 'leave-out'] as const
  return mayOverwrite ? answers : answers.filter((answer) => answer !== 'overwrite')
}

/** How many files are queued with an answer. */
export function filesAfter({ files, taken }: Question, answer: TakenAnswer): number {
  return answer === 'leave-out' ? files - (taken?.count ?? 0) : files
}
