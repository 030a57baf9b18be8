import { isSettled, type UploadSnapshot } from '../../main/contract/contract.ts'
import { createEngine, type ResumeStore } from '../../main/engine/engine.ts'

export type SelftestSending = {
  /** Files and folders. */
  readonly paths: readonly string[]
  /** `host:port`. */
  readonly receiver: string
  /** Folder below the receiving folder. @default the receiving folder itself */
  readonly into?: readonly string[]
  /** When an upload has come far enough. @default when it is done or failed */
  readonly until?: (upload: UploadSnapshot) => boolean
  /** Ends the waiting: the uploads are answered as they are. */
  readonly giveUp: AbortSignal
}

/**
 * Sends files through the upload engine, as `send` does, and answers how each stands in the end. Rejects with the
 * reason of `signal`.
 */
export async function sendThroughEngine(
  { paths, receiver, into = [], until = ({ status }) => isSettled(status), giveUp }: SelftestSending,
  signal: AbortSignal,
): Promise<readonly UploadSnapshot[]> {
  const engine = await createEngine({ resumeStore: forgetful })
  const over = AbortSignal.any([giveUp, signal])
  try {
    const { entries } = await engine.find(paths, { receiver, into })
    await engine.queue(entries, { receiver })
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (over.aborted || engine.list().every(until)) resolve()
      }
      engine.onChange(look)
      over.addEventListener('abort', look, { once: true })
      look()
    })
    signal.throwIfAborted()
    return engine.list()
  } finally {
    await engine.close()
  }
}

/** A selftest is never continued, so its uploads need no memory. */
const forgetful: ResumeStore = { list: async () => [], put: async () => {}, remove: async () => {} }

/** What is wrong with each upload that is not done, without a full stop. */
export function unfinished(uploads: readonly UploadSnapshot[]): string[] {
  return uploads.flatMap(({ path, status }) => {
    if (status.kind === 'done') return []
    if (status.kind === 'failed' || status.kind === 'interrupted')
      return [`${path}: ${status.message.replace(/\.$/, '')}`]
    return [`${path} was still ${status.kind}`]
  })
}
