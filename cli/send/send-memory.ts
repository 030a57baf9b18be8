import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import {
  type BegunBefore,
  isBatchItem,
  isIdentity,
  isSameFile,
  isSavedHashing,
  isUploadKey,
  newBatchId,
  type ResumeRecord,
  type ResumeStore,
  SENDER_MARK,
  type WalkedEntry,
} from '../../main/engine/engine.ts'
import { ReceiveError } from '../../server/base/errors.ts'
import { type Taken, takePidLock } from '../../server/state-folder/pid-lock.ts'
import { UsageError } from '../shared/usage-error.ts'

/** What one `send` remembers until all its files are finished, so that the same command goes on where it stopped. */
export type SendMemory = {
  readonly store: ResumeStore
  /** Of all that the command sends, in this run and the ones before. */
  readonly batchId: string
  /**
   * What an earlier run of the command began of this entry, unless the file has changed since. Nothing of it is told
   * twice: equal entries are several uploads.
   */
  begunBefore(entry: WalkedEntry): BegunBefore | undefined
  /** The keys of what was begun of these files before they changed; asked after `begunBefore`. */
  outdated(entries: readonly WalkedEntry[]): readonly string[]
  /** Lets go of the memory when it is written, and removes it when everything is finished. */
  close(): Promise<void>
}

type Kept = Pick<ResumeRecord, 'source' | 'path' | 'identity' | 'uploadKey' | 'hashed' | 'batch'>

/**
 * The digest of a file that is finished is written within this, ms: with others, because each time the whole memory is.
 */
const WRITE_WITHIN_MS = 3000

/** So many files of it are turned into a text at once. */
const WRITTEN_AT_ONCE = 1000

/**
 * Opens the memory of the command that `command` describes (receiver, destination, paths). Two of the same command at
 * once would take the uploads from each other, so the second is refused.
 */
export function openSendMemory(stateDirectory: string, command: unknown): SendMemory {
  const name = createHash('sha256').update(JSON.stringify(command)).digest('hex').slice(0, 32)
  const file = join(stateDirectory, 'sends', `${name}.json`)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  markSender(stateDirectory)
  const lock = lockAt(`${file}.lock`)
  if (lock.kind === 'held') throw new UsageError(`the same command is running already (process ${lock.pid}).`)
  const earlier = byPlace(readKept(file))
  const batches = [...earlier.values()].flat().flatMap(({ batch }) => batch?.batchId ?? [])
  const batchId = batches.find((id) => /^[0-9a-f]{32}$/.test(id)) ?? newBatchId()
  const kept = new Map<string, Kept>()
  // A finished file keeps its key until all are, so that the same command asks about it instead of sending it beside
  // itself.
  const finished = new Set<string>()
  // Until this run has queued its files, the memory on disk is the better one.
  let queued = false

  const write = oneAtATime(async () => {
    await writeKept(`${file}.new`, [...kept.values()])
    await rename(`${file}.new`, file)
  })

  let later: { readonly timer: NodeJS.Timeout; readonly begin: () => void; readonly written: Promise<void> } | undefined
  const isFinished = (): boolean => queued && finished.size === kept.size

  /** Resolves when it is written, for the first who asks; others need not hear of the same failure. */
  function writeLater(): Promise<void> | undefined {
    if (later !== undefined) return undefined
    let begin = (): void => undefined
    const due = new Promise<void>((resolve) => {
      begin = resolve
    })
    const written = due.then(() => {
      later = undefined
      return isFinished() ? undefined : write()
    })
    later = { timer: setTimeout(begin, WRITE_WITHIN_MS), begin, written }
    return written
  }

  return {
    batchId,
    store: {
      // Uploads of an earlier run come back through `begunBefore`, when the command names their files again.
      list: async () => [],
      async put(records) {
        queued = true
        for (const record of records) kept.set(record.id, record)
        await write()
      },
      async remove(ids, last) {
        for (const id of ids) finished.add(id)
        const known = last && kept.get(last.id)
        if (known === undefined || last?.hashed === undefined) return
        kept.set(last.id, { ...known, hashed: last.hashed })
        await writeLater()
      },
    },
    begunBefore(entry) {
      const candidates = earlier.get(placeKey(entry)) ?? []
      const at = candidates.findIndex((kept) => isSameEntry(kept, entry))
      if (at < 0) return undefined
      const [{ uploadKey, hashed, batch } = {}] = candidates.splice(at, 1)
      return uploadKey === undefined ? undefined : { uploadKey, ...(hashed && { hashed }), ...(batch && { batch }) }
    },
    outdated: (entries) =>
      [...new Set(entries.map(placeKey))].flatMap((place) =>
        (earlier.get(place) ?? []).map(({ uploadKey }) => uploadKey),
      ),
    async close() {
      try {
        clearTimeout(later?.timer)
        later?.begin()
        await later?.written.catch((error: unknown) => {
          // The caller who reported the file as finished hears of the failure.
          if (!(error instanceof Error)) throw error
        })
        await write.settled()
        if (isFinished()) await rm(file, { force: true })
      } finally {
        lock.release()
      }
    },
  }
}

function lockAt(path: string): Taken {
  try {
    return takePidLock(path)
  } catch (error) {
    if (error instanceof ReceiveError) throw new UsageError(error.message, { cause: error })
    throw error
  }
}

/** The mark tells later runs that send a folder with this one in it to leave its private files out. */
function markSender(stateDirectory: string): void {
  try {
    writeFileSync(join(stateDirectory, SENDER_MARK.name), SENDER_MARK.text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    // Either the mark is there already, or nothing can be written; then writing the memory fails, too, and reports it.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

/**
 * The work never runs twice at once. A caller who asks while it runs shares the next run, which begins afterwards and
 * so sees everything that was there when the caller asked.
 */
function oneAtATime(work: () => Promise<void>) {
  let underWay: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  const begin = (): Promise<void> => {
    next = undefined
    underWay = work()
    return underWay
  }
  const ask = (): Promise<void> => {
    next ??= underWay.then(begin, begin)
    return next
  }
  return Object.assign(ask, { settled: () => (next ?? underWay).catch(() => undefined) })
}

/** What was kept by where it comes from and goes to; each key counts once, and what is not whole not at all. */
function byPlace(all: readonly unknown[]): Map<string, Kept[]> {
  const places = new Map<string, Kept[]>()
  const keys = new Set<string>()
  for (const kept of all) {
    if (!isKept(kept) || keys.has(kept.uploadKey)) continue
    keys.add(kept.uploadKey)
    const { hashed, ...rest } = kept
    const alike = places.get(placeKey(kept)) ?? []
    alike.push(isSavedHashing(hashed, kept.identity?.sizeBytes ?? 0) ? kept : rest)
    places.set(placeKey(kept), alike)
  }
  return places
}

function placeKey({ source, path }: Pick<Kept, 'source' | 'path'>): string {
  return JSON.stringify([source, path])
}

function isSameEntry({ identity: one }: Kept, { identity: other }: WalkedEntry): boolean {
  return one === undefined || other === undefined ? one === other : isSameFile(one, other)
}

function isKept(value: unknown): value is Kept {
  const { source, path, uploadKey, identity, batch } = (value ?? {}) as Partial<Kept>
  const texts = [source, ...(Array.isArray(path) ? path : [undefined])]
  return (
    texts.every((text) => typeof text === 'string') &&
    isUploadKey(uploadKey) &&
    (identity === undefined || isIdentity(identity)) &&
    (batch === undefined || isBatchItem(batch))
  )
}

/** Writes what is kept of each, some at a time: of many files the whole text would take more memory than they do. */
async function writeKept(path: string, all: readonly Kept[]): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    for (let at = 0; at < all.length; at += WRITTEN_AT_ONCE) {
      const texts = all
        .slice(at, at + WRITTEN_AT_ONCE)
        .map(({ source, path, uploadKey, identity, hashed, batch }) =>
          JSON.stringify({ source, path, uploadKey, identity, hashed, batch }),
        )
      await file.writeFile(`${at === 0 ? '[' : ','}${texts.join(',')}`)
    }
    await file.writeFile(all.length === 0 ? '[]' : ']')
    await file.sync()
  } finally {
    await file.close()
  }
}

function readKept(file: string): readonly unknown[] {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (Array.isArray(kept)) return kept
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    // A folder in its place was made by mistake; it is set aside like a damaged file.
    if (!(error instanceof SyntaxError) && code !== 'EISDIR') throw error
  }
  const aside = `${file}.corrupt-${Date.now()}`
  renameSync(file, aside)
  process.stderr.write(
    `longshore: the memory of the earlier run was damaged and set aside as ${aside}; its files are sent again.\n`,
  )
  return []
}
