import { createStore, type StoreApi } from 'zustand/vanilla'
import type {
  AppSnapshot,
  Bottleneck,
  Events,
  LongshoreApi,
  Notice,
  Preferences,
  SkippedPath,
} from '../../main/contract/contract.ts'
import type { HistoryPage } from '../../main/contract/history.ts'
import type { Ending } from '../../main/contract/preferences.ts'
import type { Looking, Question } from '../../main/contract/question.ts'
import type { FoundReceiver, KnownReceiver, LocalReceiver, ReceiverId } from '../../main/contract/receivers.ts'
import { type AddingReceiver, beginAdding } from './adding-receiver.ts'
import { afterChange, EMPTY_MIRROR, type Mirror, mirrorOf } from './mirror.ts'
import { type RateSample, withSample } from './rate-history.ts'
import { NO_SELECTION, type Selection } from './selection.ts'

/** What the window shows: a mirror of the main process, and the little that only the window knows. */
export type WindowState = Mirror & {
  /** What limits the rate now; absent while nothing is sent, or nothing can be said. */
  readonly bottleneck?: Bottleneck
  /** Of the last minutes, once a second; empty while nothing was sent in them. */
  readonly rates: readonly RateSample[]
  /** Where new files go; absent when none is chosen. */
  readonly receiver?: ReceiverId
  readonly receivers: readonly KnownReceiver[]
  /** Absent until the main process has answered for the first time. */
  readonly localReceiver?: LocalReceiver
  /** Heard of on the local networks, by name. */
  readonly foundReceivers: readonly FoundReceiver[]
  readonly notices: readonly Notice[]
  /** Absent until the main process has answered for the first time. */
  readonly preferences?: Preferences
  /** What was sent, as it was last looked up. */
  readonly history?: HistoryPage
  /** How many receipts were last written to a file. */
  readonly exported?: number
  /** Whether the app can put this computer to sleep. */
  readonly canSleep: boolean
  /** What is about to happen because nothing is left to send. */
  readonly ending?: Ending
  /** Waits for an answer before anything of it is queued. */
  readonly question?: Question
  /** What was added is being looked at, and that takes a while. */
  readonly looking?: Looking

  /** Keys of the rows that are open: folders show their files, files their details. */
  readonly openRows: ReadonlySet<string>
  readonly selection: Selection
  /** What was not queued by the latest additions, until dismissed. */
  readonly skipped: readonly SkippedPath[]
  /** The sentence with which the latest command was refused, until dismissed. */
  readonly problem?: string
  /** Something was to be added, and there is no receiver yet. A new object each time. */
  readonly receiverMissing?: object
  /** The dialog that adds a receiver, while it is open. */
  readonly adding?: AddingReceiver
  /** What is open over the window besides. */
  readonly sheet?: Sheet
  /** Bytes that are free on each receiver that was asked and answered, when the sheet of receivers was opened. */
  readonly freeBytes?: Readonly<Record<ReceiverId, number | 'not told'>>
  /** Dropped before a receiver was chosen: kept, and queued as soon as there is one. */
  readonly heldFiles: readonly File[]
}

/**
 * `devices`: who may send to this computer, and how to pair. `incoming`: what is arriving on it. `keys`: what the
 * keyboard does.
 */
export type Sheet = 'receivers' | 'devices' | 'incoming' | 'settings' | 'history' | 'keys'

export type WindowStore = StoreApi<WindowState>

/** An empty window that has not heard from the main process yet. */
export function createWindowStore(): WindowStore {
  return createStore<WindowState>(() => ({
    ...EMPTY_MIRROR,
    foundReceivers: [],
    receivers: [],
    notices: [],
    canSleep: false,
    rates: [],
    openRows: new Set(),
    selection: NO_SELECTION,
    skipped: [],
    heldFiles: [],
  }))
}

/**
 * Keeps the store equal to what the main process tells, from now on. Listens first, then asks, so that no change falls
 * between the two; events that come before the answer are older than it, so the answer replaces them. Rejects with a
 * sentence when the main process does not answer.
 */
export async function follow(api: Pick<LongshoreApi, 'on' | 'snapshot'>, store: WindowStore): Promise<void> {
  api.on('uploads', (change) => store.setState((state) => withUploads(withBottleneck(state, change), change), true))
  api.on('receiver', ({ receiver }) => store.setState((state) => withReceiver(state, receiver), true))
  api.on('receivers', (receivers) => store.setState({ receivers }))
  api.on('localReceiver', (localReceiver) => store.setState({ localReceiver }))
  api.on('foundReceivers', (foundReceivers) => store.setState({ foundReceivers }))
  api.on('notices', (notices) => store.setState({ notices }))
  api.on('preferences', (preferences) => store.setState({ preferences }))
  api.on('ending', (said) => store.setState((state) => withPassing(state, 'ending', said), true))
  api.on('question', (said) => store.setState((state) => withPassing(state, 'question', said), true))
  api.on('looking', (said) => store.setState((state) => withPassing(state, 'looking', said), true))
  api.on('sheet', (sheet) => store.setState({ sheet }))
  api.on('openedLink', (link) => store.setState({ adding: beginAdding(link) }))
  const snapshot = await api.snapshot()
  store.setState((state) => withSnapshot(state, snapshot), true)
}

/** Adds the present rate to the history (epoch ms). To be called once a second. */
export function recordRate(store: WindowStore, atMs: number): void {
  const { rates, totals } = store.getState()
  const next = withSample(rates, { atMs, bytesPerSecond: totals.bytesPerSecond })
  if (next !== rates) store.setState({ rates: next })
}

function withSnapshot(state: WindowState, snapshot: AppSnapshot): WindowState {
  const { uploads, receiver, openedLink, ...mirrored } = snapshot
  const { ending: _ending, question: _question, looking: _looking, ...rest } = state
  const opened = openedLink === undefined ? {} : { adding: beginAdding(openedLink) }
  return withReceiver({ ...rest, ...mirrored, ...mirrorOf(uploads, state.view), ...opened }, receiver)
}

/** Fields that may become absent: they have the value that the main process told, or none. */
type Passing = Pick<WindowState, 'ending' | 'question' | 'looking'>

function withPassing(state: WindowState, name: keyof Passing, said: Passing): WindowState {
  const { [name]: _, ...rest } = state
  return { ...rest, ...said }
}

/** Takes the chosen receiver, or that there is none; the hint that one is missing goes in either case. */
function withReceiver(state: WindowState, receiver: ReceiverId | undefined): WindowState {
  const { receiver: _receiver, receiverMissing: _missing, ...rest } = state
  return receiver === undefined ? rest : { ...rest, receiver }
}

function withBottleneck(state: WindowState, { bottleneck }: Events['uploads']): WindowState {
  if (bottleneck?.stage === state.bottleneck?.stage) return state
  const { bottleneck: _, ...rest } = state
  return bottleneck === undefined ? rest : { ...rest, bottleneck }
}

function withUploads(state: WindowState, { changed, removed }: Events['uploads']): WindowState {
  if (changed.length === 0 && removed.length === 0) return state
  return { ...state, ...afterChange(state, changed, removed) }
}
