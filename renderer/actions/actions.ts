import type { AddReport, LongshoreApi } from '../../main/contract/contract.ts'
import type { AppPreferences, ConflictChoice, Timetable } from '../../main/contract/preferences.ts'
import type { Answer } from '../../main/contract/question.ts'
import type { WindowState, WindowStore } from '../model/store.ts'
import { createHistoryActions } from './history-actions.ts'
import { createQueueActions } from './queue-actions.ts'
import { createReceiverActions } from './receiver-actions.ts'

/**
 * Everything a person can do in the window. A refusal ends up in the store, where the window shows it; nothing here
 * throws or rejects.
 */
export type Actions = ReturnType<typeof createActions>

/** Binds the actions to the main process and to what the window shows. */
export function createActions(api: LongshoreApi, store: WindowStore) {
  const update = store.setState

  // The main process refuses with a sentence for people; showing it is all there is to do about it.
  const tell = (answer: Promise<unknown>) => {
    answer.catch((refusal: unknown) => update({ problem: sentenceOf(refusal) }))
  }

  const report = async (answer: Promise<AddReport>) => {
    const { skipped } = await answer
    if (skipped.length > 0) update((state) => ({ skipped: [...state.skipped, ...skipped] }))
  }

  const add = (command: () => Promise<AddReport>) => {
    if (store.getState().receiver === undefined) update({ receiverMissing: {} })
    else tell(report(command()))
  }

  const addDropped = (files: readonly File[]) => {
    if (store.getState().receiver === undefined) update(({ heldFiles }) => ({ heldFiles: [...heldFiles, ...files] }))
    add(() => api.addDropped(files))
  }

  // Not only this window chooses: the main process does too when this computer starts to receive.
  store.subscribe(({ receiver, heldFiles }) => {
    if (receiver === undefined || heldFiles.length === 0) return
    update({ heldFiles: [] })
    addDropped(heldFiles)
  })

  return {
    /** Queues dropped files and folders; without a receiver they are kept until there is one. */
    addDropped,
    addFiles: () => add(() => api.chooseFiles()),
    addFolder: () => add(() => api.chooseFolder()),
    ...createQueueActions(api, store, tell),
    ...createReceiverActions(api, store, tell),
    ...createHistoryActions(api, store, tell),
    setReceiveHere: (on: boolean) => tell(api.setReceiveHere(on)),
    chooseReceivingFolder: () => tell(api.chooseReceivingFolder()),
    openReceivingFolder: () => tell(api.openReceivingFolder()),
    limitRate: (bytesPerSecond: number | undefined) => tell(api.limitRate(bytesPerSecond)),
    setConflictPolicy: (policy: ConflictChoice) => tell(api.setConflictPolicy(policy)),
    setDiscovery: (on: boolean) => tell(api.setDiscovery(on)),
    setPreferences: (change: Partial<AppPreferences>) => tell(api.setPreferences(change)),
    setTimetable: (timetable: Timetable | undefined) => tell(api.setTimetable(timetable)),
    setStartAtLogin: (on: boolean) => tell(api.setStartAtLogin(on)),
    callOff: () => tell(api.callOff()),
    /** Answers what needs a decision before anything is queued. */
    answer: (questionId: string, answer: Answer) => tell(api.answer(questionId, answer)),
    /** Queues nothing of what is being looked at. */
    stopLooking: () => tell(api.stopLooking()),
    dismissNotice: (noticeId: string) => tell(api.dismiss(noticeId)),
    dismissSkipped: () => update({ skipped: [] }),
    dismissProblem: () => update(withoutProblem, true),
  }
}

/** What a refusal says to people. */
export function sentenceOf(refusal: unknown): string {
  return refusal instanceof Error ? refusal.message : String(refusal)
}

function withoutProblem({ problem: _problem, ...state }: WindowState): WindowState {
  return state
}
