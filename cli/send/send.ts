import { setFlagsFromString } from 'node:v8'
import { UploadError } from '../../main/engine/base/errors.ts'
import { type ConflictPolicy, createEngine } from '../../main/engine/engine.ts'
import type { DigestKind } from '../../proto/digests.ts'
import { chooseReceiver, type ReceiverChoice } from '../pair/receiver-choice.ts'
import type { TrustOptions } from '../pair/trust-options.ts'
import { type Added, followUploads } from './follow-uploads.ts'
import { ownState } from './own-state.ts'
import { openSendMemory } from './send-memory.ts'
import { createJsonReport, createPathNamer, type SendReport } from './send-report.ts'

/** What `send` was asked for, beside the paths. */
export type SendOptions = TrustOptions & {
  readonly into?: string
  readonly conflict: ConflictPolicy
  readonly connections: number
  readonly json?: true
  readonly limit?: number
  readonly digest?: DigestKind
}

/** A receiver that has not answered once is given up after this, ms: the address is wrong, or nothing runs there. */
const UNREACHABLE_GRACE_MS = 3000

/**
 * With so many files to send, memory is cleaned up whenever it has grown by this part, percent. Left to itself, the
 * runtime would let garbage take several times as much memory as their queue.
 */
const MANY_FILES = 20_000
const HEAP_GROWS_BY_PERCENT = 25

const SOME_FAILED = 1
const INTERRUPTED = 130

/** Sends the paths and tells how it goes; resolves with the exit status. */
export async function send(paths: readonly string[], options: SendOptions): Promise<number> {
  const report = options.json
    ? createJsonReport(together((text) => process.stdout.write(text)))
    : (await import('./progress-bars.ts')).createBarReport()
  let choice: ReceiverChoice
  try {
    choice = await chooseReceiver(options, report.note)
  } catch (error) {
    // The certificate of a fingerprint has to be looked up before anything is queued, and cannot be.
    if (!(error instanceof UploadError)) throw error
    for (const path of paths) report.failed(path, error.reason, error.message)
    report.summary({ files: paths.length, failed: paths.length, emptyFolders: 0, bytes: 0, bytesSent: 0, seconds: 0 })
    return SOME_FAILED
  }
  return sendTo(choice, paths, options, report)
}

async function sendTo(
  { receiver, route, onSuccession }: ReceiverChoice,
  paths: readonly string[],
  options: SendOptions,
  report: SendReport,
): Promise<number> {
  const into = options.into?.split('/').filter((part) => part !== '') ?? []
  const memory = openSendMemory(options.stateDir, { to: receiver, into, paths })
  const startedAtMs = performance.now()
  let isThreeRpc = false
  try {
    const engine = await createEngine({
      resumeStore: memory.store,
      routeTo: () => route,
      onSuccession: (_, certificatePem) => onSuccession(certificatePem),
      warn({ reason, message }) {
        if (reason === 'THREE_RPC_RECEIVER') isThreeRpc = true
        report.note(message)
      },
      ownState: ownState(options.stateDir),
      hashWorker: new URL('../hash-worker/index.js', import.meta.url),
      options: {
        connections: options.connections,
        unreachableGraceMs: UNREACHABLE_GRACE_MS,
        ...(options.digest !== undefined && { digest: options.digest }),
      },
    })
    engine.limitRate(options.limit)
    const add = async (): Promise<Added> => {
      const { entries, skipped } = await engine.find(paths, { receiver, into })
      if (entries.length > MANY_FILES) setFlagsFromString(`--heap-growing-percent=${HEAP_GROWS_BY_PERCENT}`)
      const begun = entries.map((entry) => {
        const begunBefore = memory.begunBefore(entry)
        return begunBefore === undefined ? entry : { ...entry, begunBefore }
      })
      const outdated = memory.outdated(entries)
      const { conflict: onConflict } = options
      const ids = await engine.queue(begun, { receiver, onConflict, batchId: memory.batchId, outdated })
      return { ids, skipped }
    }
    const nameOf = createPathNamer(paths)
    const outcome = await followUploads(engine, paths, add, nameOf, report, () => isThreeRpc)
    await engine.close()
    if (outcome === 'interrupted') {
      report.note('interrupted; the same command continues.')
      return INTERRUPTED
    }
    report.summary({ ...outcome, seconds: Math.round(performance.now() - startedAtMs) / 1000 })
    if (outcome.files + outcome.emptyFolders === 0) {
      report.note('nothing was sent: there was nothing in what was named but what is left out.')
      return SOME_FAILED
    }
    return outcome.failed === 0 ? 0 : SOME_FAILED
  } finally {
    await memory.close()
  }
}

/**
 * Writes what comes in the same moment at once: a call for each line of many files would take longer than the lines.
 */
function together(write: (text: string) => unknown): (line: string) => void {
  let text = ''
  return (line) => {
    if (text === '') {
      setImmediate(() => {
        const lines = text
        text = ''
        write(lines)
      })
    }
    text += line
  }
}
