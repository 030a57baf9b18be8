import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { BegunBefore, ResumeRecord, ResumeStore, WalkedEntry } from '../main/engine/engine.ts'
import { takePidLock } from '../server/pid-lock.ts'
import { UsageError } from './usage-error.ts'

/** What one `send` remembers until all its files are finished, so that the same command goes on where it stopped. */
export type SendMemory = {
  readonly store: ResumeStore
  /** What an earlier run of the command began of this entry, unless the file has changed since. */
  begunBefore(entry: WalkedEntry): BegunBefore | undefined
  /** Lets go of the memory when it is written, and removes it when everything is finished. */
  close(): Promise<void>
}

type Kept = Pick<ResumeRecord, 'source' | 'path' | 'identity' | 'uploadKey' | 'hashed'>

/**
 * Opens the memory of the command that `command` describes (receiver, destination, paths). Two of the same command at once would take the uploads from
 * each other, so the second is refused.
 */
export function openSendMemory(stateDirectory: string, command: unknown): SendMemory {
  const name = createHash('sha256').update(JSON.stringify(command)).digest('hex').slice(0, 32)
  const file = join(stateDirectory, 'sends', `${name}.json`)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const lock = takePidLock(`${file}.lock`)
  if (lock.kind === 'held') throw new UsageError(`the same command is running already (process ${lock.pid}).`)
  const earlier = new Map(readKept(file).map((kept) => [identityKey(kept), kept]))
  const kept = new Map<string, Kept>()
  // A finished file keeps its key until all are, so that the same command asks about it instead of sending it beside itself.
  const finished = new Set<string>()
  // Until this run has queued its files, the memory on disk is the better one.
  let queued = false

  const write = oneAtATime(async () => {
    await writeFile(`${file}.new`, JSON.stringify([...kept.values()]), { mode: 0o600, flush: true })
    await rename(`${file}.new`, file)
  })

  return {
    store: {
      // Uploads of an earlier run come back through `begunBefore`, when the command names their files again.
      list: async () => [],
      async put(records) {
        queued = true
        for (const { id, source, path, identity, uploadKey, hashed } of records) {
          const extras = { ...(identity && { identity }), ...(hashed && { hashed }) }
          kept.set(id, { source, path, uploadKey, ...extras })
        }
        await write()
      },
      async remove(ids) {
        for (const id of ids) finished.add(id)
      },
    },
    begunBefore(entry) {
      const kept = earlier.get(identityKey(entry))
      return kept && { uploadKey: kept.uploadKey, ...(kept.hashed && { hashed: kept.hashed }) }
    },
    async close() {
      try {
        await write.settled()
        if (queued && finished.size === kept.size) await rm(file, { force: true })
      } finally {
        lock.release()
      }
    },
  }
}

/**
 * Never two of this work at once: whoever asks while it is under way shares the next one, which begins afterwards and so sees everything that was there
 * when they asked.
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

function identityKey({ source, path, identity }: Omit<Kept, 'uploadKey' | 'hashed'>): string {
  return JSON.stringify([source, path, identity])
}

function readKept(file: string): Kept[] {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (Array.isArray(kept)) return kept as Kept[]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    if (!(error instanceof SyntaxError)) throw error
  }
  const aside = `${file}.corrupt-${Date.now()}`
  renameSync(file, aside)
  process.stderr.write(
    `longshore: the memory of the earlier run was damaged and set aside as ${aside}; its files are sent again.\n`,
  )
  return []
}
