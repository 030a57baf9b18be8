import { randomUUID } from 'node:crypto'
import type { AddReport, Notice, SkippedPath } from '../contract/contract.ts'
import { messageOf } from './message-of.ts'
import type { NoticeWords } from './notice-words.ts'

/** How many notices are kept: more than a person reads, few enough that a repeated failure cannot fill the window. */
const MOST_NOTICES = 20

/** What the person should know once; shown until dismissed. */
export type Notices = {
  list(): readonly Notice[]
  /** Shows a sentence. A sentence that is already shown is not shown twice. */
  add(message: string): void
  /** Takes a notice away; an id that is gone is passed over. */
  dismiss(id: string): void
}

/** Keeps the notices and tells `onChange` the whole list after each change. */
export function createNotices(onChange: (notices: readonly Notice[]) => void): Notices {
  let notices: readonly Notice[] = []

  function replace(next: readonly Notice[]): void {
    notices = next
    onChange(notices)
  }

  return {
    list: () => notices,
    add(message) {
      if (notices.some((notice) => notice.message === message)) return
      replace([...notices, { id: randomUUID(), message }].slice(-MOST_NOTICES))
    },
    dismiss(id) {
      const left = notices.filter((notice) => notice.id !== id)
      if (left.length !== notices.length) replace(left)
    },
  }
}

/**
 * Passes each sentence on once, also after it was dismissed: what fails again and again must not come back again and
 * again.
 */
export function eachOnce(tell: (message: string) => void): (message: string) => void {
  const told = new Set<string>()
  return (message) => {
    if (told.has(message)) return
    told.add(message)
    tell(message)
  }
}

/**
 * Adds files at a wish that did not come from the page (a menu, the command line), where nobody waits for the report:
 * what was refused becomes a notice. Never rejects.
 */
export async function announce(
  add: () => AddReport | Promise<AddReport>,
  notices: Notices,
  words: NoticeWords,
): Promise<void> {
  try {
    const { skipped } = await add()
    if (skipped.length > 0) notices.add(sentenceAbout(skipped, words))
  } catch (refusal) {
    // Adding rejects with a sentence for people, for example when no receiver is chosen.
    notices.add(messageOf(refusal))
  }
}

function sentenceAbout(skipped: readonly SkippedPath[], words: NoticeWords): string {
  const named = skipped.slice(0, 3).map(({ name, message }) => `${name}: ${message}`)
  return words.notAdded(named, skipped.length - named.length)
}
