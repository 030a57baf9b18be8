import { bytesStored, isSettled, type UploadId, type UploadSnapshot } from '../contract/contract.ts'

/** What the queue is doing, as the desktop shows it outside the window. */
export type Activity = {
  /** Files on their way or being verified. */
  readonly active: number
  /**
   * Files that go on by themselves: active ones, those that wait for their turn and those that wait for better times.
   */
  readonly unfinished: number
  readonly paused: number
  /** Of what was unfinished together since the queue was last quiet: how many are done, how many failed. */
  readonly done: number
  readonly failed: number
  /** How far these have come, 0 to 1; absent when they hold no bytes at all, or nothing is unfinished. */
  readonly share?: number
}

/** What one change of the queue meant. */
export type ActivityChange = {
  readonly now: Activity
  /** Uploads that became done, or failed, by this change. */
  readonly finished: readonly UploadSnapshot[]
  readonly failed: readonly UploadSnapshot[]
  /**
   * The queue has come to its end: the last upload that went on by itself became done or failed, and was not paused or
   * cancelled by the person.
   */
  readonly isOver: boolean
}

type Tracked = { readonly upload: UploadSnapshot; readonly isCounted: boolean }

/**
 * Keeps count of the uploads by what changes, so that a queue of 100,000 costs no more than a short one. `initial`:
 * what is there already.
 */
export function createActivity(initial: readonly UploadSnapshot[]) {
  const tracked = new Map<UploadId, Tracked>()
  const counts = { active: 0, unfinished: 0, paused: 0, done: 0, failed: 0, bytes: 0, stored: 0 }
  /** Uploads that are counted, and have ended. */
  const ended = new Set<UploadId>()

  function count({ upload, isCounted }: Tracked, by: 1 | -1): void {
    const { kind } = upload.status
    if (kind === 'sending' || kind === 'verifying') counts.active += by
    if (goesOn(upload)) counts.unfinished += by
    if (kind === 'paused') counts.paused += by
    if (!isCounted) return
    if (kind === 'done') counts.done += by
    if (kind === 'failed') counts.failed += by
    counts.bytes += by * upload.sizeBytes
    counts.stored += by * bytesStored(upload)
  }

  function put(upload: UploadSnapshot, isCounted: boolean): void {
    take(upload.id)
    const entry = { upload, isCounted }
    tracked.set(upload.id, entry)
    count(entry, 1)
    if (isCounted && isSettled(upload.status)) ended.add(upload.id)
  }

  function take(id: UploadId): void {
    const entry = tracked.get(id)
    if (entry === undefined) return
    count(entry, -1)
    tracked.delete(id)
    ended.delete(id)
  }

  /** When nothing is unfinished, the counts begin anew. */
  function forgetEnded(): void {
    for (const id of [...ended]) {
      const entry = tracked.get(id)
      if (entry !== undefined) put(entry.upload, false)
    }
  }

  function now(): Activity {
    const { active, unfinished, paused, done, failed, bytes, stored } = counts
    const share = unfinished > 0 && bytes > 0 ? { share: Math.min(1, stored / bytes) } : {}
    return { active, unfinished, paused, done, failed, ...share }
  }

  for (const upload of initial) put(upload, goesOn(upload))

  return {
    now,
    /** Takes a change of the queue over and tells what it meant. */
    heed({
      changed,
      removed,
    }: {
      readonly changed: readonly UploadSnapshot[]
      readonly removed: readonly UploadId[]
    }): ActivityChange {
      for (const id of removed) take(id)
      const settled = changed.filter((upload) => {
        const before = tracked.get(upload.id)
        return isSettled(upload.status) && before?.upload.status.kind !== upload.status.kind
      })
      const settledNow = new Set(settled)
      for (const upload of changed) {
        const wasCounted = tracked.get(upload.id)?.isCounted === true
        put(upload, goesOn(upload) || settledNow.has(upload) || wasCounted)
      }
      const isQuiet = counts.unfinished === 0
      const result = {
        now: now(),
        finished: settled.filter(({ status }) => status.kind === 'done'),
        failed: settled.filter(({ status }) => status.kind === 'failed'),
        isOver: isQuiet && settled.length > 0,
      }
      if (isQuiet) forgetEnded()
      return result
    },
  }
}

function goesOn({ status }: UploadSnapshot): boolean {
  return !isSettled(status) && status.kind !== 'paused'
}
