import { setTimeout as delay } from 'node:timers/promises'
import type { ReceiverCommand } from '../../proto/own-receiver.ts'
import type { LocalReceiver } from '../contract/receivers.ts'
import { USUAL_PORT } from '../engine/net/receiver-address.ts'
import { messageOf } from '../notices/message-of.ts'
import { createMutex } from '../state/mutex.ts'
import { type ListeningEvent, nextReceiverState, type ReceiverEvent } from './receiver-output.ts'
import { type ReceiverChild, runReceiver } from './receiver-run.ts'

/** Starts the receiver program with these arguments. */
type ForkReceiver = (args: readonly string[]) => ReceiverChild

export type ReceiverWish = { readonly on: boolean; readonly directory: string }

/** "Receive on this computer": one receiver process, kept running while it is wanted. */
export type ReceiverProcess = {
  state(): LocalReceiver
  /** Makes it so, in the background; a later wish replaces an earlier one. */
  want(wish: ReceiverWish): void
  /** Tells the running process something; nobody hears it while none runs. */
  say(command: ReceiverCommand): void
  /** `owner` hears from now on what this app has to know of the process. */
  attach(owner: ReceiverOwner): void
  /** Stops it and waits until it is gone, at most three seconds. */
  stop(): Promise<void>
}

/** What this app is to the receiver that it runs, apart from showing it. */
export type ReceiverOwner = {
  /** Told each time it begins to listen: what waits for it can go on. */
  listening(event: ListeningEvent): void
  /** Hears each event before the state changes, and may keep it to itself or change it. */
  filter(event: ReceiverEvent): ReceiverEvent | undefined
}

export type ReceiverProcessDeps = {
  readonly fork: ForkReceiver
  readonly directory: string
  readonly onChange: (state: LocalReceiver) => void
  /**
   * Waits before each new try after it stopped by itself, milliseconds; then it gives up. @default 0.5 s to 8 s, five
   * tries
   */
  readonly backoffMs?: readonly number[]
}

/** A receiver that ran this long was well: what stops it now is a new trouble, and the count of tries starts again. */
const WELL_AFTER_MS = 60_000

/** Exit code for arguments or a folder that will not do: another try ends the same way. */
const EXIT_USAGE = 2

/** Makes the switch; the process starts with the first `want`. */
export function createReceiverProcess(deps: ReceiverProcessDeps): ReceiverProcess {
  const { fork, onChange, backoffMs = [500, 1_000, 2_000, 4_000, 8_000] } = deps
  let state: LocalReceiver = { kind: 'off', directory: deps.directory }
  let wished: ReceiverWish = { on: false, directory: deps.directory }
  let running = new AbortController()
  const oneProcess = createMutex()
  let child: ReceiverChild | undefined
  let owner: ReceiverOwner | undefined

  function tell(heard: ReceiverEvent): void {
    const event = owner === undefined ? heard : owner.filter(heard)
    if (event === undefined) return
    const next = nextReceiverState(state, event)
    if (next === state) return
    state = next
    onChange(state)
    if (event.kind === 'listening') owner?.listening(event)
  }

  async function keepRunning(directory: string, signal: AbortSignal): Promise<void> {
    let port = USUAL_PORT
    let failures = 0
    while (!signal.aborted) {
      child = fork(argumentsFor(directory, port))
      const ending = await runReceiver(child, tell, signal)
      child = undefined
      if (signal.aborted) return
      tell({ kind: 'starting', directory })
      const neverListened = ending.listenedMs === undefined
      if (neverListened && port === USUAL_PORT) {
        // Most likely another program has the port; any free one will do, as senders in this app ask for the address.
        port = 0
        continue
      }
      const wasWell = (ending.listenedMs ?? 0) >= WELL_AFTER_MS
      failures = wasWell ? 1 : failures + 1
      const waitMs = backoffMs[failures - 1]
      if (waitMs === undefined || (neverListened && ending.exitCode === EXIT_USAGE)) {
        tell({ kind: 'gave-up', message: ending.lastWords || `The receiver stopped (exit code ${ending.exitCode}).` })
        return
      }
      port = USUAL_PORT
      // Ends early, with an AbortError, when it is no longer wanted.
      await delay(waitMs, undefined, { signal }).catch(() => undefined)
    }
  }

  function want(wish: ReceiverWish): void {
    const { on, directory } = wish
    // Wishing for what is already so must not disturb files on their way; wishing again after a failure is another try.
    if (on === wished.on && directory === wished.directory && state.kind !== 'failed') return
    wished = wish
    running.abort()
    running = new AbortController()
    const { signal } = running
    tell({ kind: on ? 'starting' : 'stopped', directory })
    if (!on) return
    oneProcess(() => keepRunning(directory, signal)).catch((cause: unknown) => {
      // The runtime refused to make a process at all.
      if (!signal.aborted) tell({ kind: 'gave-up', message: messageOf(cause) })
    })
  }

  return {
    state: () => state,
    want,
    say(command) {
      if (state.kind === 'on') child?.postMessage(command)
    },
    attach(next) {
      owner = next
    },
    stop() {
      want({ on: false, directory: state.directory })
      return oneProcess(async () => undefined)
    },
  }
}

function argumentsFor(directory: string, port: number): readonly string[] {
  return ['--dir', directory, '--port', String(port), '--json']
}
