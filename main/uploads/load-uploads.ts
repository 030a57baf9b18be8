import { join } from 'node:path'
import type { UploadId } from '../contract/contract.ts'
import type { ResumeRecord } from '../engine/source/resume-store.ts'
import { inEnglish, type NoticeWords } from '../notices/notice-words.ts'
import { HEAD, headFormat, SHARDS_FOLDER, shardFormat, shardNames } from '../state/state-shards.ts'
import {
  type OpenedState,
  type OpenStore,
  openStateStore,
  removeDrafts,
  type StateStore,
} from '../state/state-store.ts'
import { readRecord } from './saved-record.ts'

export type SavedUploadsDeps = {
  readonly directory: string
  readonly openStore: OpenStore
  /** Version of the app. */
  readonly writtenBy: string
  readonly notify: (message: string) => void
  /** @default in English */
  readonly words?: () => NoticeWords
}

/** Where uploads are kept. */
export type UploadStores = {
  /** `uploads.json`. */
  readonly head: StateStore
  readonly headIs: 'present' | 'absent' | 'of an earlier version'
  /** By name. */
  readonly shards: ReadonlyMap<string, StateStore>
  /** Those of an earlier version, which are in no state shard yet. */
  readonly unsorted: readonly UploadId[]
}

/** The uploads of the last run. */
export type LoadedUploads = {
  readonly records: readonly ResumeRecord[]
  /** Absent: nothing may be written in this run. The person was told why. */
  readonly stores?: UploadStores
}

/** What went wrong on the way, for one notice of each kind however many files it befell. */
type Troubles = { restored: string[]; damaged: string[]; incomplete: string[]; unusable: unknown[] }

/**
 * Reads the list of uploads, in any version. What was damaged is set aside and told; what a newer app wrote is neither
 * used nor touched.
 */
export function loadUploads(deps: SavedUploadsDeps): LoadedUploads {
  const { directory, notify } = deps
  const words = (deps.words ?? inEnglish)()
  const head = openStateStore({ ...deps, name: HEAD, format: headFormat })
  const folder = join(directory, SHARDS_FOLDER)
  const open = (name: string) => openStateStore({ ...deps, directory: folder, name, format: shardFormat })
  const opened = new Map(head.found.kind === 'newer' ? [] : shardNames.map((name) => [name, open(name)] as const))
  for (const { found } of [head, ...opened.values()]) {
    if (found.kind !== 'newer') continue
    notify(words.listOfNewer(found.writer))
    return { records: [] }
  }

  const troubles: Troubles = { restored: [], damaged: [], incomplete: [], unusable: [] }
  const unsorted = takeOver(head, troubles)
  const sorted = [...opened.values()].flatMap((shard) => takeOver(shard, troubles))
  tell(troubles, notify, words)
  // A state shard is newer than what was not sorted into it yet.
  const records = [...new Map([...unsorted, ...sorted].map((record) => [record.id, record])).values()]
  if (troubles.unusable.length > 0) return { records }
  for (const place of [directory, folder]) removeDrafts(place)
  const shards = new Map([...opened].map(([name, { store }]) => [name, store]))
  return {
    records,
    stores: { head: head.store, headIs: stateOf(head), shards, unsorted: unsorted.map(({ id }) => id) },
  }
}

function stateOf({ found }: OpenedState): UploadStores['headIs'] {
  if (!('content' in found)) return 'absent'
  return found.isEarlier ? 'of an earlier version' : 'present'
}

/** The whole records of one file. Version 1 of `uploads.json` held them as a state shard does. */
function takeOver({ found, store }: OpenedState, troubles: Troubles): readonly ResumeRecord[] {
  if (found.kind === 'unreadable') troubles.unusable.push(found.why)
  if (found.kind === 'damaged') troubles.damaged.push(found.keptAs)
  if (found.kind === 'restored') troubles.restored.push(found.keptAs)
  if (!('content' in found)) return []
  const { uploads: listed = [] } = found.content
  const records = Array.isArray(listed) ? listed.flatMap((value) => readRecord(value) ?? []) : []
  if (Array.isArray(listed) && records.length === listed.length) return records
  try {
    troubles.incomplete.push(store.keepCopy())
  } catch (cause) {
    // Nothing may replace a file that could not be copied.
    troubles.unusable.push(cause)
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
  if (unusable.length > 0) notify(words.listNotKept(unusable[0]))
}
