import type { AppSnapshot, Commands, Events, LongshoreApi } from '../../main/contract/contract.ts'

type Listeners = { [E in keyof Events]: Set<(payload: Events[E]) => void> }

const refusal = { kind: 'refused', reason: 'UNREACHABLE', message: 'It cannot be reached.' } as const
const report = { added: 0, skipped: [] }

/**
 * A main process that does nothing but remember what it was asked, answer as told, and say what the test makes it say.
 */
export function fakeMainProcess(snapshot: AppSnapshot, answers: Partial<LongshoreApi> = {}) {
  const asked: [name: keyof Commands | 'addDropped' | 'on', ...args: unknown[]][] = []
  const listeners: Listeners = {
    uploads: new Set(),
    receiver: new Set(),
    receivers: new Set(),
    localReceiver: new Set(),
    foundReceivers: new Set(),
    notices: new Set(),
    preferences: new Set(),
    ending: new Set(),
    question: new Set(),
    looking: new Set(),
    sheet: new Set(),
    openedLink: new Set(),
  }

  function command<R>(name: keyof Commands | 'addDropped', answer: R) {
    return async (...args: unknown[]): Promise<R> => {
      asked.push([name, ...args])
      return answer
    }
  }

  const api: LongshoreApi = {
    snapshot: command('snapshot', snapshot),
    chooseFiles: command('chooseFiles', report),
    chooseFolder: command('chooseFolder', report),
    pause: command('pause', undefined),
    resume: command('resume', undefined),
    retry: command('retry', undefined),
    cancel: command('cancel', undefined),
    clear: command('clear', undefined),
    move: command('move', undefined),
    reveal: command('reveal', undefined),
    setReceiver: command('setReceiver', undefined),
    beginReceiver: command('beginReceiver', refusal),
    pairReceiver: command('pairReceiver', refusal),
    addPlaintextReceiver: command('addPlaintextReceiver', refusal),
    renameReceiver: command('renameReceiver', undefined),
    forgetReceiver: command('forgetReceiver', undefined),
    freeBytesOn: command('freeBytesOn', undefined),
    inviteDevice: command('inviteDevice', undefined),
    revokeDevice: command('revokeDevice', undefined),
    setReceiveHere: command('setReceiveHere', undefined),
    chooseReceivingFolder: command('chooseReceivingFolder', undefined),
    limitRate: command('limitRate', undefined),
    setConflictPolicy: command('setConflictPolicy', undefined),
    setDiscovery: command('setDiscovery', undefined),
    setPreferences: command('setPreferences', undefined),
    setTimetable: command('setTimetable', undefined),
    setStartAtLogin: command('setStartAtLogin', undefined),
    callOff: command('callOff', undefined),
    answer: command('answer', undefined),
    stopLooking: command('stopLooking', undefined),
    listHistory: command('listHistory', { receipts: [], found: 0 }),
    exportHistory: command('exportHistory', undefined),
    clearHistory: command('clearHistory', undefined),
    openReceivingFolder: command('openReceivingFolder', undefined),
    dismiss: command('dismiss', undefined),
    addDropped: command('addDropped', report),
    on(event, listener) {
      asked.push(['on', event])
      listeners[event].add(listener)
      return () => listeners[event].delete(listener)
    },
    ...answers,
  }

  function say<E extends keyof Events>(event: E, payload: Events[E]): void {
    for (const listener of listeners[event]) listener(payload)
  }

  return { api, asked, say }
}
