import { setTimeout as delay } from 'node:timers/promises'
import { ReceiveError } from '../base/errors.ts'
import type { Found, Place } from './place.ts'

const LOOK_EVERY_MS = 250
/** One that is told elsewhere may not be written in the place yet. */
const BEATS_ELSEWHERE = 2

/**
 * Makes sure that all nodes of a receiver use the same place. A node that goes on to run, but has no changing record
 * here, uses another place, from which this one was copied.
 *
 * @param runs the nodes that run, each with a value that changes whenever that node reports.
 * @throws ReceiveError BAD_FLAGS; what the place and the signal throw.
 */
export async function mustSeeMates(
  place: Place,
  own: string,
  runs: () => Promise<ReadonlyMap<string, string>>,
  signal?: AbortSignal,
): Promise<void> {
  const before = await runs()
  const watched = new Map<string, Watched>()
  for (;;) {
    const [running, found] = [await runs(), await place.list()]
    let areSeen = true
    for (const [run, told] of running) {
      // A node that started later has looked for this one.
      if (run === own || !before.has(run)) continue
      const text = found.get(run)?.text
      const mate = watched.get(run) ?? { told, text, beats: 0 }
      watched.set(run, mate)
      if (isSeen(found.get(run), mate)) continue
      if (mate.told !== told) mate.beats++
      mate.told = told
      if (mate.beats >= BEATS_ELSEWHERE) throw elsewhere(place)
      areSeen = false
    }
    if (areSeen) return
    await delay(LOOK_EVERY_MS, undefined, { signal })
  }
}

type Watched = { told: string; readonly text: string | undefined; beats: number }

/** A record that was copied with the folder never changes. */
function isSeen(record: Found | undefined, { text }: Watched): boolean {
  return record !== undefined && (!record.isCopied || record.text !== text)
}

function elsewhere({ shown }: Place): ReceiveError {
  return new ReceiveError(
    'BAD_FLAGS',
    `--redis: another node that shares this Redis runs, and does not use ${shown}, which is a copy of what that one uses; start this one on the same folders and bucket, or give it a Redis of its own, or a database number of its own like redis://127.0.0.1:6379/1.`,
  )
}
