/**
 * Everything that crosses between the window and the main process; what is about receivers, preferences and the history
 * stands in files of its own. Imports nothing else, so that either side can be read, built and tested alone.
 */
import type { Digest } from '../../proto/digests.ts'
import type { HistoryCommands } from './history.ts'
import type { Ending, PreferenceCommands, Preferences } from './preferences.ts'
import type { Looking, Question, QuestionCommands } from './question.ts'
import type { FoundReceiver, KnownReceiver, LocalReceiver, ReceiverId, ReceiverOffer } from './receivers.ts'
import type { Stop } from './stops.ts'

export { type ConflictPolicy, LEAST_BYTES_PER_SECOND, type Preferences } from './preferences.ts'
export type { Stop } from './stops.ts'

export type UploadId = string
type KnownBytes = { readonly bytesStored?: number; readonly bytesSent?: number }

/** Where one upload is in its life. Every variant carries only what is true in it; unknown is absent. */
export type UploadStatus =
  /** In the queue, not started in this run. */
  | { readonly kind: 'waiting'; readonly bytesStored?: number }
  /** Chunks are on their way. Absent rate: not known yet. */
  | {
      readonly kind: 'sending'
      readonly bytesStored: number
      readonly bytesPerSecond?: number
      readonly secondsLeft?: number
    }
  /** Every byte is stored; the receiver reads the file again and compares. */
  | { readonly kind: 'verifying'; readonly bytesVerified: number; readonly bytesStored?: number }
  /** Paused by the person; waits for `resume`. */
  | { readonly kind: 'paused'; readonly bytesStored?: number }
  /**
   * Stopped by the world (network, receiver, full disk, missing source); continues by itself at `retryAtMs` (epoch).
   */
  | ({ readonly kind: 'interrupted'; readonly retryAtMs: number; readonly bytesStored?: number } & Stop)
  /** Cannot go on without the person; waits for `retry`. `bytesSent` as with `done`, absent: none. */
  | ({ readonly kind: 'failed' } & Stop & KnownBytes)
  /** Complete, verified on the receiver, under its final name. */
  | {
      readonly kind: 'done'
      readonly storedAs: string
      /** What it was verified by; absent for an empty folder. */
      readonly digest?: Digest
      /** Payload put on the wire for this file by this run of the app, bytes. */
      readonly bytesSent: number
      readonly finishedAtMs: number
    }

/** One file on its way, as the window shows it. A new object whenever anything in it changed. */
export type UploadSnapshot = {
  readonly id: UploadId
  /** File name for people; an empty folder ends in "/". */
  readonly name: string
  /** Where it goes below the receiving folder, components joined with "/"; an empty folder ends in "/". */
  readonly path: string
  readonly sizeBytes: number
  /** Set when the file came with a dropped folder; files of one drop share it. */
  readonly folder?: { readonly id: string; readonly name: string }
  /** A known receiver, one that was forgotten since, or the one on this computer. */
  readonly receiver: ReceiverId
  /** Place in the queue: lower goes first. Changes when the person reorders. */
  readonly rank: number
  readonly status: UploadStatus
  /** In this run of the app another node of the receiver took it over, and nothing was lost. */
  readonly moved?: true
}

/**
 * What limits the rate at which files are sent now: the disk they are read from, hashing, this computer's processor,
 * the network, the receiver (its disk, mostly), or the limit that was set. `share`: of the time that was spent, 0 to 1.
 */
export type Bottleneck = {
  readonly stage: 'source' | 'hashing' | 'processor' | 'network' | 'receiver' | 'limit'
  readonly share: number
}

/** A path that was not queued, and why, in a sentence. */
export type SkippedPath = { readonly name: string; readonly message: string }

export type AddReport = { readonly added: number; readonly skipped: readonly SkippedPath[] }

/** Something the person should know once; shown until dismissed. */
export type Notice = { readonly id: string; readonly message: string }

/** All the window shows. Asked for once, after listening began. */
export type AppSnapshot = {
  readonly uploads: readonly UploadSnapshot[]
  /** Where new files go; absent when nothing is chosen yet. */
  readonly receiver?: ReceiverId
  readonly receivers: readonly KnownReceiver[]
  readonly localReceiver: LocalReceiver
  /** By name; at most 64. */
  readonly foundReceivers: readonly FoundReceiver[]
  readonly notices: readonly Notice[]
  readonly preferences: Preferences
  /** Whether the app can put this computer to sleep. */
  readonly canSleep: boolean
  /** Absent while nothing is about to end. */
  readonly ending?: Ending
  /** Waits for an answer before anything of it is queued. */
  readonly question?: Question
  /** Absent while nothing is looked at. */
  readonly looking?: Looking
  /**
   * A `longshore://` link that the person opened outside the window. It only fills in the field that it would otherwise
   * be typed into.
   */
  readonly openedLink?: string
  /** The sheet that the person asked for before there was a page. */
  readonly sheet?: Events['sheet']
}

/**
 * What the window may ask. `ids` name uploads; an id that is gone, or whose state does not allow it, is passed over.
 */
export type Commands = PreferenceCommands &
  HistoryCommands &
  QuestionCommands & {
    snapshot(): AppSnapshot
    /** Opens the system's dialog; resolves when it is closed. */
    chooseFiles(): AddReport
    chooseFolder(): AddReport
    pause(ids: readonly UploadId[]): void
    resume(ids: readonly UploadId[]): void
    retry(ids: readonly UploadId[]): void
    /** Stops and forgets uploads, here and on the receiver. */
    cancel(ids: readonly UploadId[]): void
    /** Takes finished rows off the list; the files stay. */
    clear(ids: readonly UploadId[]): void
    /** Moves uploads, keeping their order, before another; `undefined`: to the end. */
    move(ids: readonly UploadId[], before: UploadId | undefined): void
    /** Shows the source in the system's file manager. */
    reveal(id: UploadId): void
    /** Chooses where new files go. Throws with a sentence when the receiver is not known. */
    setReceiver(id: ReceiverId): void
    /** Looks at what answers at an address or a link, without sending anything. */
    beginReceiver(typed: string): ReceiverOffer
    /** Pairs with the receiver that has this fingerprint, by its code or a link with one, and chooses it. */
    pairReceiver(address: string, fingerprint: string, typed: string): ReceiverOffer
    /** Makes a receiver known that speaks plaintext, and chooses it. Only ever done because a person decided it. */
    addPlaintextReceiver(address: string): ReceiverOffer
    renameReceiver(id: ReceiverId, name: string): void
    /** Uploads to it fail until it is added again. */
    forgetReceiver(id: ReceiverId): void
    /** Bytes that are free on a receiver; undefined when it does not tell, or cannot be reached within seconds. */
    freeBytesOn(id: ReceiverId): number | undefined
    setReceiveHere(on: boolean): void
    /** Makes a new code for a device to pair with; the one before is worth nothing any more. */
    inviteDevice(): void
    /** Takes back a device's leave to send to this computer. */
    revokeDevice(deviceId: string): void
    chooseReceivingFolder(): void
    openReceivingFolder(): void
    dismiss(noticeId: string): void
  }

/** The only names that may cross; the compiler keeps the list complete. */
export const commandNames = Object.keys({
  snapshot: true,
  chooseFiles: true,
  chooseFolder: true,
  pause: true,
  resume: true,
  retry: true,
  cancel: true,
  clear: true,
  move: true,
  reveal: true,
  setReceiver: true,
  beginReceiver: true,
  pairReceiver: true,
  addPlaintextReceiver: true,
  renameReceiver: true,
  forgetReceiver: true,
  freeBytesOn: true,
  setReceiveHere: true,
  inviteDevice: true,
  revokeDevice: true,
  chooseReceivingFolder: true,
  limitRate: true,
  setConflictPolicy: true,
  setDiscovery: true,
  setPreferences: true,
  setTimetable: true,
  setStartAtLogin: true,
  callOff: true,
  listHistory: true,
  exportHistory: true,
  clearHistory: true,
  answer: true,
  stopLooking: true,
  openReceivingFolder: true,
  dismiss: true,
} satisfies Record<keyof Commands, true>) as readonly (keyof Commands)[]

/** What the main process tells by itself. Uploads: at most ten times a second, ends of uploads at once. */
export type Events = {
  uploads: {
    readonly changed: readonly UploadSnapshot[]
    readonly removed: readonly UploadId[]
    /** Absent while nothing is sent, or nothing can be said. */
    readonly bottleneck?: Bottleneck
  }
  receiver: { readonly receiver?: ReceiverId }
  receivers: readonly KnownReceiver[]
  localReceiver: LocalReceiver
  /** The whole list, after each change. */
  foundReceivers: readonly FoundReceiver[]
  notices: readonly Notice[]
  preferences: Preferences
  ending: { readonly ending?: Ending }
  question: { readonly question?: Question }
  /** At most four times a second. */
  looking: { readonly looking?: Looking }
  /** The person wants to see this, and says so outside the page. */
  sheet: 'settings' | 'history'
  openedLink: string
}

type Remote<F> = F extends (...args: infer A) => infer R ? (...args: A) => Promise<R> : never

/** `window.longshore`. Commands answer with a promise that rejects with a sentence for people. */
export type LongshoreApi = { readonly [C in keyof Commands]: Remote<Commands[C]> } & {
  /** Calls `listener` from now on; returns how to stop. */
  on<E extends keyof Events>(event: E, listener: (payload: Events[E]) => void): () => void
  /**
   * Queues dropped files and folders. Takes File objects, so that the page can name nothing the person did not drop.
   */
  addDropped(files: readonly File[]): Promise<AddReport>
}

export function canPause({ kind }: Pick<UploadStatus, 'kind'>): boolean {
  return kind === 'waiting' || kind === 'sending' || kind === 'interrupted'
}

export function canResume({ kind }: Pick<UploadStatus, 'kind'>): boolean {
  return kind === 'paused' || kind === 'interrupted'
}

export function canRetry({ kind }: Pick<UploadStatus, 'kind'>): boolean {
  return kind === 'failed'
}

export function canCancel({ kind }: Pick<UploadStatus, 'kind'>): boolean {
  return kind !== 'done'
}

export function canClear({ kind }: Pick<UploadStatus, 'kind'>): boolean {
  return kind === 'done'
}

/** True when nothing will happen any more unless the person asks. */
export function isSettled({ kind }: Pick<UploadStatus, 'kind'>): boolean {
  return kind === 'done' || kind === 'failed'
}

/** Bytes of the file that the receiver holds, as far as known. */
export function bytesStored({ status, sizeBytes }: Pick<UploadSnapshot, 'status' | 'sizeBytes'>): number {
  if (status.kind === 'done' || status.kind === 'verifying') return sizeBytes
  return status.bytesStored ?? 0
}
