import { copyFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { copyFile, mkdir, open, rm } from 'node:fs/promises'
import { FileTrouble } from '../notices/file-trouble.ts'
import { backupPath, statePath } from './found-state.ts'
import { type Content, type StateFormat, stamped } from './state-format.ts'

export type PartFileOptions = {
  readonly directory: string
  /** File name without `.json`. */
  readonly name: string
  readonly format: StateFormat
  /** Version of the app, for a person who opens the file with another one. */
  readonly writtenBy: string
}

/**
 * A state file that is written without making anything wait for the disk. Either way of writing replaces the whole content at once, so that a crash
 * leaves the old or the new one, and keeps the old one as a backup. What fails, fails with a sentence that has no full stop.
 */
export type PartFile = {
  /** On the disk, through a flush of its caches, when it resolves; or replaced by a later write. */
  write(content: Content): Promise<void>
  /** The same before it returns, for a process that has no time left. Takes the place of a write that is under way. */
  writeNow(content: Content): void
}

const OWNER_ONLY = 0o600

/** Prepares the writing of one file; nothing is made before the first write. */
export function createPartFile({ directory, name, format, writtenBy }: PartFileOptions): PartFile {
  const path = statePath(directory, name)
  const backup = backupPath(directory, name)
  const textOf = (content: Content) => JSON.stringify(stamped(content, format, writtenBy))
  let latest = 0

  return {
    async write(content) {
      const mine = ++latest
      const draft = `${path}.draft`
      try {
        await mkdir(directory, { recursive: true })
        await writeDurably(draft, textOf(content))
        await copyFile(path, backup).catch(unlessMissing)
        // Looked at and renamed in one go: a later write may have come in at any of the waits above.
        if (mine === latest) renameSync(draft, path)
        else await rm(draft, { force: true })
      } catch (cause) {
        throw new FileTrouble(directory, { cause })
      }
    },
    writeNow(content) {
      latest++
      const draft = `${path}.last-draft`
      try {
        mkdirSync(directory, { recursive: true })
        writeFileSync(draft, textOf(content), { mode: OWNER_ONLY, flush: true })
        try {
          copyFileSync(path, backup)
        } catch (cause) {
          unlessMissing(cause)
        }
        renameSync(draft, path)
      } catch (cause) {
        throw new FileTrouble(directory, { cause })
      }
    },
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w', OWNER_ONLY)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The first write of a file finds nothing to back up. */
function unlessMissing(cause: unknown): void {
  if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) throw cause
}
