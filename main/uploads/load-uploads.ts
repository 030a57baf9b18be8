import { join } from 'node:path'
import type { UploadId } from '../contract/contract.ts'
import type { ResumeRecord } from '../engine/source/resume-store.ts'
import { FileTrouble } from '../notices/file-trouble.ts'
import type { NoticeWords } from '../notices/notice-words.ts'
import { type FoundState, findState, keepCopy } from '../state/found-state.ts'
import { readRecord } from './saved-record.ts'
import { headFormat, PARTS_FOLDER, partFormat, partNames } from './upload-parts.ts'

/** The uploads of the last run. */
export type LoadedUploads =
  | {
      readonly kind: 'kept'
      readonly records: readonly ResumeRecord[]
      /** What `uploads.json` is. */
      readonly headIs: 'present' | 'absent' | 'of an earlier version'
      /** Those that are in no part yet. */
      readonly unsorted: readonly UploadId[]
    }
  /** Nothing may be written in this run. The person was told why. */
  | { readonly kind: 'in memory only'; readonly records: readonly ResumeRecord[] }

/** What went wrong on the way, for one notice of each kind however many files it befell. */
type Troubles = { restored: string[]; damaged: string[]; incomplete: string[]; unusable: FileTrouble[] }

/** Reads the list of uploads, in any version. What was damaged is set aside and told; what a newer app wrote is neither used nor touched. */
export function loadUploads(directory: string, notify: (message: string) => void, words: NoticeWords): LoadedUploads {
  const folder = join(directory, PARTS_FOLDER)
  const head = findState(directory, 'uploads', headFormat)
  const parts =
    head.kind === 'newer' ? [] : partNames.map((name) => ({ name, found: findState(folder, name, partFormat) }))
  const newer = [head, ...parts.map(({ found }) => found)].find(({ kind }) => kind === 'newer')
  if (newer?.kind === 'newer') {
    notify(words.listOfNewer(newer.writer))
    return { kind: 'in memory only', records: [] }
  }

  const troubles: Troubles = { restored: [], damaged: [], incomplete: [], unusable: [] }
  const unsorted = takeOver(head, directory, 'uploads', 'unsorted', troubles)
  const sorted = parts.flatMap(({ name, found }) => takeOver(found, folder, name, 'uploads', troubles))
  tell(troubles, notify, words)
  // A part is newer than what was not sorted into it yet.
  const records = [...new Map([...unsorted, ...sorted].map((record) => [record.id, record])).values()]
  if (troubles.unusable.length > 0) return { kind: 'in memory only', records }
  return { kind: 'kept', records, headIs: stateOfHead(head), unsorted: unsorted.map(({ id }) => id) }
}

function stateOfHead(head: FoundState): 'present' | 'absent' | 'of an earlier version' {
  if (head.kind !== 'sound') return 'absent'
  return head.writtenVersion < headFormat.version ? 'of an earlier version' : 'present'
}

/** The whole records of one file. */
function takeOver(
  found: FoundState,
  directory: string,
  name: string,
  field: string,
  troubles: Troubles,
): readonly ResumeRecord[] {
  if (found.kind === 'unreadable') troubles.unusable.push(found.why)
  if (found.kind === 'damaged') troubles.damaged.push(found.keptAs)
  if (found.kind === 'restored') troubles.restored.push(found.keptAs)
  if (!('content' in found)) return []
  const listed = found.content[field] ?? []
  const records = Array.isArray(listed) ? listed.flatMap((value) => readRecord(value) ?? []) : []
  const isComplete = Array.isArray(listed) && records.length === listed.length
  if (!isComplete) {
    try {
      troubles.incomplete.push(keepCopy(directory, name))
    } catch (cause) {
      // Nothing may replace a file that could not be copied.
      troubles.unusable.push(new FileTrouble(directory, { cause }))
    }
  }
  return records
}

function tell(
  { restored, damaged, incomplete, unusable }: Troubles,
  notify: (message: string) => void,
  words: NoticeWords,
): void {
  if (restored.length > 0) notify(words.listRestored(restored))
  if (damaged.length > 0) notify(words.listDamaged(damaged))
  if (incomplete.length > 0) notify(words.listIncomplete(incomplete))
  const [why] = unusable
  if (why !== undefined) notify(words.listNotKept(why))
}
