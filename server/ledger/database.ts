import { mkdir, readdir, rename } from 'node:fs/promises'
import { type BatchOperation, ClassicLevel } from 'classic-level'
import { hasCode, type ReceiveError, receiveErrorFrom, toReceiveError } from '../base/errors.ts'

/** LevelDB, which locks its folder: one process at a time. */
export type Database = ClassicLevel<string, string>

/** One step of a batch. */
export type Operation = BatchOperation<Database, string, string>

/** Told what was found damaged and what became of it. */
export type OnDamage = (error: unknown) => void

/**
 * Opens the database in a folder. `onDamage` is told about damage, and what became of it:
 *
 * - A damaged database is repaired. Every record that can still be read is kept; the upload of a lost record sends
 *   those bytes again.
 * - A database that cannot be repaired is moved aside as `ledger.corrupt-<time>`, and an empty one takes its place.
 *
 * @param folder made when it is missing.
 * @throws ReceiveError BUSY when another process has it open, STORAGE_NOT_WRITABLE or DISK_FULL when it cannot be
 * opened.
 */
export async function openDatabase(folder: string, onDamage: OnDamage): Promise<Database> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    await mustNameItsTables(folder)
    return await opened(folder)
  } catch (error) {
    if (!isDamage(error)) throw toLedgerError(error)
    return repairDatabase(folder, error, onDamage)
  }
}

/** True when LevelDB found that what it stored cannot be read. */
export function isDamage(error: unknown): boolean {
  return hasCode(reasonOf(error), 'LEVEL_CORRUPTION')
}

/** LevelDB tells most reasons only in the text of its error, and puts the reason why it did not open into `cause`. */
export function toLedgerError(error: unknown): ReceiveError {
  const reason = reasonOf(error)
  const told = (code: ReceiveError['code'], message: string) => receiveErrorFrom(error, code, message)
  if (hasCode(reason, 'LEVEL_LOCKED')) return told('BUSY', 'Another receiver is using this ledger.')
  const text = reason instanceof Error ? reason.message : ''
  if (/no space left/i.test(text)) return told('DISK_FULL', "The receiver's disk is full.")
  if (/quota exceeded/i.test(text)) return told('QUOTA', "The receiver's disk quota is used up.")
  if (/too many open files/i.test(text)) return told('BUSY', 'The receiver has too many files open.')
  if (/permission denied|read-only/i.test(text)) {
    return told('STORAGE_NOT_WRITABLE', 'The receiver cannot write its ledger.')
  }
  if (/input\/output error/i.test(text)) {
    return told('STORAGE_NOT_WRITABLE', "The disk of the receiver's ledger reports an input/output error.")
  }
  return toReceiveError(error)
}

/**
 * Repairs a database that is not open, or sets it aside, and opens what takes its place; see {@link openDatabase}.
 *
 * @param damage what showed that it needs that.
 */
export async function repairDatabase(folder: string, damage: unknown, onDamage: OnDamage): Promise<Database> {
  try {
    await ClassicLevel.repair(folder)
    const database = await opened(folder)
    onDamage(
      damaged(damage, `The ledger in ${folder} was damaged and has been repaired; some uploads may send bytes again.`),
    )
    return database
  } catch (error) {
    const known = toLedgerError(error)
    if (known.code !== 'INTERNAL') throw known
  }
  const aside = `${folder}.corrupt-${new Date().toISOString().replaceAll(':', '')}`
  await rename(folder, aside)
  await mkdir(folder, { mode: 0o700 })
  onDamage(damaged(damage, `The ledger could not be repaired and is kept as ${aside}; unfinished uploads begin again.`))
  return opened(folder)
}

async function opened(folder: string): Promise<Database> {
  const database: Database = new ClassicLevel(folder)
  await database.open()
  return database
}

/** LevelDB takes a folder without the file CURRENT for an empty one, and deletes the tables in it. */
async function mustNameItsTables(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.includes('CURRENT') || !names.some((name) => /\.(ldb|log|sst)$/.test(name))) return
  throw Object.assign(new Error('The file CURRENT is missing.'), { code: 'LEVEL_CORRUPTION' })
}

function damaged(cause: unknown, message: string): Error {
  return new Error(message, { cause })
}

function reasonOf(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? error.cause : error
}
