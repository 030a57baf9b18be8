import type { UploadId } from '../contract/contract.ts'
import type { ResumeRecord, ResumeStore } from '../engine/source/resume-store.ts'
import { messageOf } from '../notices/message-of.ts'
import { HEAD, shardNames, shardOf } from '../state/state-shards.ts'
import { type WriteBehind, writeBehind } from '../state/write-behind.ts'
import { loadUploads, type SavedUploadsDeps, type UploadStores } from './load-uploads.ts'

/**
 * The engine's records, kept in state shards, so that a change writes only the few records that share one with it.
 * Memory holds the truth; many changes of a state shard cost one write of it, and nothing waits for the disk but
 * whoever awaits the change.
 */
export function openSavedUploads(deps: SavedUploadsDeps): ResumeStore & { flush(): void } {
  const loaded = loadUploads(deps)
  const records = new Map(shardNames.map((name) => [name, new Map<UploadId, ResumeRecord>()]))
  for (const record of loaded.records) records.get(shardOf(record.id))?.set(record.id, record)
  const writer = loaded.stores && keepUpToDate(loaded.stores, records)

  async function save(ids: readonly UploadId[]): Promise<void> {
    try {
      await writer?.changed(ids.map(shardOf))
    } catch (cause) {
      throw new Error(`${messageOf(cause)}. Uploads go on, but unfinished ones are forgotten when Longshore closes.`, {
        cause,
      })
    }
  }

  return {
    list: async () => [...records.values()].flatMap((shard) => [...shard.values()]).sort((a, b) => a.rank - b.rank),
    put(changed) {
      for (const record of changed) records.get(shardOf(record.id))?.set(record.id, record)
      return save(changed.map(({ id }) => id))
    },
    remove: (ids) => save(ids.filter((id) => records.get(shardOf(id))?.delete(id))),
    flush: () => writer?.flush(),
  }
}

type Records = ReadonlyMap<string, ReadonlyMap<UploadId, ResumeRecord>>

/** Writes the state shards that changed, and `uploads.json` when it is not as it should be. */
function keepUpToDate({ head, headIs, shards, unsorted }: UploadStores, records: Records): WriteBehind {
  const toSort = new Set(unsorted.map(shardOf))
  let isHeadDue = headIs !== 'present'

  /** The list of an earlier version is replaced by nothing before all of it is in state shards. */
  function writeHead(): void {
    if (toSort.size > 0) throw new Error('The uploads of an earlier version are not taken over yet')
    if (headIs === 'of an earlier version') head.migrate()
    else head.write({})
    isHeadDue = false
  }

  const writer = writeBehind((name) => {
    if (name === HEAD) return isHeadDue ? writeHead() : undefined
    shards.get(name)?.write({ uploads: [...(records.get(name)?.values() ?? [])] })
    toSort.delete(name)
  })

  const changed = (names: readonly string[]): Promise<void> =>
    writer.changed(names.length > 0 && isHeadDue ? [...names, HEAD] : names)
  // A failure is told by the first change that meets it.
  if (headIs === 'of an earlier version') changed([...toSort, HEAD]).catch(() => undefined)
  return { changed, flush: writer.flush }
}
