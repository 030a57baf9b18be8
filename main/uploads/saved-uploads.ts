import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { UploadId } from '../contract/contract.ts'
import type { ResumeRecord, ResumeStore } from '../engine/source/resume-store.ts'
import { FileTrouble } from '../notices/file-trouble.ts'
import { messageOf } from '../notices/message-of.ts'
import { inEnglish, type NoticeWords } from '../notices/notice-words.ts'
import { statePath } from '../state/found-state.ts'
import { createPartFile } from '../state/part-file.ts'
import { type WriteBehind, writeBehind } from '../state/write-behind.ts'
import { type LoadedUploads, loadUploads } from './load-uploads.ts'
import { headFormat, PARTS_FOLDER, partFormat, partNames, partOf } from './upload-parts.ts'

export type SavedUploadsDeps = {
  readonly directory: string
  /** Version of the app. */
  readonly writtenBy: string
  readonly notify: (message: string) => void
  /** @default in English */
  readonly words?: () => NoticeWords
}

/**
 * The engine's records, kept in parts, so that a change writes only the few records that share a part with it. Memory holds the truth; many changes of
 * a part cost one write of it, and nothing waits for the disk but whoever awaits the change.
 */
export function openSavedUploads(deps: SavedUploadsDeps): ResumeStore & { flush(): void } {
  const loaded = loadUploads(deps.directory, deps.notify, (deps.words ?? inEnglish)())
  const records = new Map(partNames.map((name) => [name, new Map<UploadId, ResumeRecord>()]))
  for (const record of loaded.records) records.get(partOf(record.id))?.set(record.id, record)
  const writer = loaded.kind === 'kept' ? createWriter(deps, loaded, records) : undefined

  async function save(parts: ReadonlySet<string>): Promise<void> {
    try {
      await writer?.changed([...parts])
    } catch (cause) {
      throw new Error(`${messageOf(cause)}. Uploads go on, but unfinished ones are forgotten when Longshore closes.`, {
        cause,
      })
    }
  }

  return {
    list: async () => [...records.values()].flatMap((part) => [...part.values()]).sort((a, b) => a.rank - b.rank),
    put(changed) {
      const parts = new Set<string>()
      for (const record of changed) {
        const part = partOf(record.id)
        records.get(part)?.set(record.id, record)
        parts.add(part)
      }
      return save(parts)
    },
    remove(ids) {
      const parts = new Set<string>()
      for (const id of ids) if (records.get(partOf(id))?.delete(id)) parts.add(partOf(id))
      return save(parts)
    },
    flush: () => writer?.flush(),
  }
}

type Records = ReadonlyMap<string, ReadonlyMap<UploadId, ResumeRecord>>

/** The name under which `uploads.json` is written, among those of the parts. */
const HEAD = 'uploads'

/** Writes the parts that changed, and `uploads.json` when it is not as it should be. */
function createWriter(
  { directory, writtenBy }: SavedUploadsDeps,
  { headIs, unsorted }: Extract<LoadedUploads, { kind: 'kept' }>,
  records: Records,
): WriteBehind {
  const folder = join(directory, PARTS_FOLDER)
  const head = createPartFile({ directory, name: HEAD, format: headFormat, writtenBy })
  const parts = new Map(
    partNames.map((name) => [name, createPartFile({ directory: folder, name, format: partFormat, writtenBy })]),
  )
  const partsToSort = new Set(unsorted.map(partOf))
  const contentOf = (name: string) => ({ uploads: [...(records.get(name)?.values() ?? [])] })
  let headDue = headIs !== 'present'

  const writer = writeBehind({
    async write(name) {
      if (name === HEAD) {
        if (!headDue) return
        makeWayForHead()
        await head.write({})
        headDue = false
      } else {
        await parts.get(name)?.write(contentOf(name))
        partsToSort.delete(name)
      }
    },
    writeNow(name) {
      if (name === HEAD) {
        if (!headDue) return
        makeWayForHead()
        head.writeNow({})
        headDue = false
      } else {
        parts.get(name)?.writeNow(contentOf(name))
        partsToSort.delete(name)
      }
    },
  })

  /** The list of an earlier version is kept for whoever goes back to the app that wrote it; but not before all of it is in its parts. */
  function makeWayForHead(): void {
    if (partsToSort.size > 0) throw new Error(`${directory}: the uploads of an earlier version are not taken over yet`)
    const path = statePath(directory, HEAD)
    if (headIs !== 'of an earlier version' || !existsSync(path)) return
    try {
      renameSync(path, path.replace(/\.json$/, '.version-1.json'))
    } catch (cause) {
      throw new FileTrouble(directory, { cause })
    }
  }

  const changed = (names: readonly string[]): Promise<void> =>
    writer.changed(names.length > 0 && headDue ? [...names, HEAD] : names)
  // A failure is told by the first change that meets it.
  if (headIs === 'of an earlier version') changed([...partsToSort, HEAD]).catch(() => undefined)
  return { changed, flush: writer.flush }
}
