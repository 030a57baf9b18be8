import type { AddReport, AppSnapshot } from '../contract/contract.ts'
import type { ConflictPolicy } from '../contract/preferences.ts'
import type { Looking, Question } from '../contract/question.ts'
import type { ReceiverId } from '../contract/receivers.ts'
import type { Dialogs } from '../desktop/dialogs.ts'
import type { Engine } from '../engine/engine.ts'
import type { CommandHandlers } from '../ipc/ipc.ts'
import type { NoticeWords } from '../notices/notice-words.ts'
import { isKnown, type Receivers } from '../receivers/receivers.ts'
import type { SettingsStore } from '../settings/settings.ts'
import { createLookings } from './looking.ts'
import { createPreflight } from './preflight.ts'
import { policyOf } from './preflight-names.ts'
import { createQuestions } from './questions.ts'

export type AdditionsDeps = {
  readonly engine: Pick<Engine, 'find' | 'queue' | 'list' | 'freeBytesOn' | 'checkNames'>
  readonly settings: Pick<SettingsStore, 'get'>
  readonly receivers: Pick<Receivers, 'list'>
  readonly dialogs: Pick<Dialogs, 'chooseFiles' | 'chooseFolders'>
  readonly words: () => NoticeWords
  readonly onLooking: (looking: Looking | undefined) => void
  readonly onQuestion: (question: Question | undefined) => void
  /** The person wants no more questions about names that are taken. */
  readonly keep: (policy: ConflictPolicy) => void
}

/** What is added, from the moment it is named until it is queued. */
export type Additions = {
  readonly commands: Pick<CommandHandlers, 'chooseFiles' | 'chooseFolder' | 'answer' | 'stopLooking'> & {
    /** Looks at files and folders, asks what has to be decided, and queues them for the receiver that is chosen. */
    addPaths(paths: readonly string[]): Promise<AddReport>
  }
  /** What is being looked at, and what is asked. */
  current(): Pick<AppSnapshot, 'question' | 'looking'>
}

/** Joins what is looked at, what is asked and what the engine is told. */
export function createAdditions(deps: AdditionsDeps): Additions {
  const { engine, settings, receivers, dialogs, words } = deps
  const lookings = createLookings(deps.onLooking)
  const questions = createQuestions(deps.onQuestion)
  const preflight = createPreflight({ engine, ask: questions.ask, keep: deps.keep })

  function chosenReceiver(): ReceiverId {
    const { receiver } = settings.get()
    if (receiver === undefined || !isKnown(receivers, receiver)) throw new Error(words().noReceiver)
    return receiver
  }

  async function addPaths(paths: readonly string[]): Promise<AddReport> {
    const receiver = chosenReceiver()
    if (paths.length === 0) return { added: 0, skipped: [] }
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
  }

  async function chooseAndAdd(choose: () => Promise<readonly string[]>): Promise<AddReport> {
    // Asked before the dialog opens: nobody should choose files only to be told that they go nowhere.
    chosenReceiver()
    return addPaths(await choose())
  }

  return {
    commands: {
      addPaths,
      chooseFiles: () => chooseAndAdd(() => dialogs.chooseFiles()),
      chooseFolder: () => chooseAndAdd(() => dialogs.chooseFolders()),
      answer: questions.answer,
      stopLooking: lookings.stop,
    },
    current() {
      const question = questions.current()
      const looking = lookings.current()
      return { ...(question !== undefined && { question }), ...(looking !== undefined && { looking }) }
    },
  }
}
