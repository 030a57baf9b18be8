import type { DesktopWords } from '../notices/desktop-words.ts'
import type { Activity, ActivityChange } from './activity.ts'

/** The queue in a few words, as the tray tells it. */
export function inWords({ active, unfinished, paused, share }: Activity, words: DesktopWords): string {
  if (active > 0) return words.sending(unfinished, share === undefined ? undefined : Math.floor(share * 100))
  if (unfinished > 0) return words.waiting(unfinished)
  return paused > 0 ? words.allPaused(paused) : words.nothingToSend
}

/** Progress on the window's button in the taskbar or the dock, as Electron takes it. */
export type TaskbarProgress = { readonly value: number; readonly mode: 'normal' | 'paused' | 'error' | 'none' }

export const NO_PROGRESS: TaskbarProgress = { value: -1, mode: 'none' }

/**
 * Whole percent, so that it changes a hundred times and not with every chunk. A failure is shown until all uploads that
 * ran together with it have ended.
 */
export function taskbarProgress({ active, unfinished, failed, share = 0 }: Activity): TaskbarProgress {
  if (unfinished === 0) return failed > 0 ? { value: 1, mode: 'error' } : NO_PROGRESS
  const value = Math.floor(share * 100) / 100
  if (failed > 0) return { value, mode: 'error' }
  return { value, mode: active > 0 ? 'normal' : 'paused' }
}

/** News for a person who is not looking at the window. */
export type News = { readonly title: string; readonly body: string }

/** Told are the first failure while others go on, and the end; never each file. */
export function newsOf({ now, failed, isOver }: ActivityChange, words: DesktopWords): News | undefined {
  if (isOver) {
    return now.failed === 0
      ? { title: words.allSent, body: words.sent(now.done) }
      : { title: words.notAllSent, body: words.sentAndFailed(now.done, now.failed) }
  }
  const [first] = failed
  const isFirstFailure = first !== undefined && now.failed === failed.length
  return isFirstFailure ? { title: words.oneFailed(first.name), body: words.othersGoOn } : undefined
}
