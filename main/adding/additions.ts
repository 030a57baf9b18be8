import type { AddReport, AppSnapshot } from '../contract/contract.ts'
import type { ConflictPolicy } from '../contract/preferences.ts'
import type { Answer, Looking, Question } from '../contract/question.ts'
import type { Engine } from '../engine/engine.ts'
import type { NoticeWords } from '../notices/notice-words.ts'
import type { SettingsStore } from '../settings/settings.ts'
import { createLookings } from './looking.ts'
import { createPreflight } from './preflight.ts'
import { policyOf } from './preflight-names.ts'
import { createQuestions } from './questions.ts'

export type AdditionsDeps = {
  readonly engine: Pick<Engine, 'find' | 'queue' | 'list' | 'freeBytesOn' | 'checkNames'>
  readonly settings: Pick<SettingsStore, 'get'>
  readonly words: () => NoticeWords
  readonly onLooking: (looking: Looking | undefined) => void
  readonly onQuestion: (question: Question | undefined) => void
  /** The person wants no more questions about names that are taken. */
  readonly keep: (policy: ConflictPolicy) => void
}

/** What is added, from the moment it is named until it is queued. */
export type Additions = {
  /** Looks at files and folders, asks what has to be decided, and queues them. */
  add(receiver: string, paths: readonly string[]): Promise<AddReport>
  current(): Pick<AppSnapshot, 'question' | 'looking'>
  answer(questionId: string, answer: Answer): void
  /** Whatever is being looked at is not queued. */
  stop(): void
}

/** Joins what is looked at, what is asked and what the engine is told. */
export function createAdditions({ engine, settings, words, onLooking, onQuestion, keep }: AdditionsDeps): Additions {
  const lookings = createLookings(onLooking)
  const questions = createQuestions(onQuestion)
  const preflight = createPreflight({ engine, ask: questions.ask, keep })

  return {
    async add(receiver, paths) {
      const { onConflict } = settings.get()
      const look = lookings.begin()
      try {
        const { entries, skipped } = await engine.find(paths, { receiver, onFound: look.found }, look.signal)
        const wanted = look.signal.aborted ? [] : await preflight({ receiver, entries, skipped, onConflict })
        if (look.signal.aborted) return { added: 0, skipped: [] }
        const ids = await engine.queue(wanted, { receiver, onConflict: policyOf(onConflict) })
        return {
          added: ids.length,
          skipped: skipped.map((skip) => ({ name: skip.name, message: words().skipped(skip) })),
        }
      } finally {
        look.end()
      }
    },
    current() {
      const question = questions.current()
      const looking = lookings.current()
      return { ...(question !== undefined && { question }), ...(looking !== undefined && { looking }) }
    },
    answer: questions.answer,
    stop: lookings.stop,
  }
}
