import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { notBelieved } from './doubt.ts'
import { lookInPlaceSync } from './private-file.ts'

/** A process as others of the same machine know it. `startedAt` tells it from a later one with the same number. */
export type KnownProcess = { readonly pid: number; readonly startedAt?: string }

type Lock = KnownProcess & { readonly run?: string }

/** What taking a lock came to: the way to let it go, or the number of the process that has it. */
export type Taken = { readonly kind: 'taken'; release(): void } | { readonly kind: 'held'; readonly pid: number }

/** Two processes that find the same dead lock at the same moment sort it out within this many rounds. */
const MAX_ROUNDS = 10

/**
 * Takes the lock file at `path` for this process, until it is released or the process ends, however it ends: a lock of
 * a process that is gone is taken over. It keeps processes of one machine apart, not machines that share a folder.
 *
 * @param as.run what else names whoever takes it.
 * @param as.isOver whether who is named so is known to have ended, in a way that is better than the number of its
 * process: a lock that was copied with everything else names a process that may well run, and not here.
 * @throws the system's error when the file can be neither read nor written, ReceiveError STORAGE_NOT_WRITABLE when it
 * is not believed.
 */
export function takePidLock(
  path: string,
  as: { readonly run?: string; readonly isOver?: (run: string) => boolean } = {},
): Taken {
  const own = JSON.stringify({ ...thisProcess(), run: as.run })
  for (let round = 0; ; round++) {
    try {
      writeFileSync(path, own, { flag: 'wx', mode: 0o600 })
      return { kind: 'taken', release: () => releaseIfOwn(path, own) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || round === MAX_ROUNDS) throw error
    }
    const text = readLock(path)
    const holder = holderIn(text)
    const isOver = holder?.run !== undefined && as.isOver?.(holder.run)
    if (holder !== undefined && !isOver && isRunning(holder)) return { kind: 'held', pid: holder.pid }
    if (text !== undefined) removeDead(path, text)
  }
}

/**
 * The number of the running process that has the lock at `path`; undefined when none has. For `isOver` and what it
 * throws see {@link takePidLock}.
 */
export function pidLockHolder(path: string, isOver: (run: string) => boolean): number | undefined {
  const holder = holderIn(readLock(path))
  const counts = holder?.run === undefined || !isOver(holder.run)
  return holder !== undefined && counts && isRunning(holder) ? holder.pid : undefined
}

/** This process, as {@link isRunning} knows it. */
export function thisProcess(): KnownProcess {
  const { startedAt } = startOf(process.pid)
  return { pid: process.pid, ...(startedAt === undefined ? {} : { startedAt }) }
}

/** Whether a process of this machine runs, and is no later one with its number as far as the system tells. */
export function isRunning({ pid, startedAt }: KnownProcess): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(pid)
  // A system may hide when the processes of other users began.
  return !now.isZombie && (startedAt === undefined || now.startedAt === undefined || now.startedAt === startedAt)
}

/** A process that took the lock over meanwhile, because this one was taken for dead, keeps it. */
function releaseIfOwn(path: string, own: string): void {
  const found = lookInPlaceSync(path)
  if (found.kind === 'text' && found.text === own) rmSync(path, { force: true })
}

/** Removes a lock that said `text`, and no other that has come in its place since it was read. */
function removeDead(path: string, text: string): void {
  const aside = `${path}.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  try {
    if (readLock(aside) !== text) linkSync(aside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

/**
 * Undefined when there is none, or it was let go meanwhile. Throws ReceiveError STORAGE_NOT_WRITABLE when what is there
 * is not believed.
 */
function readLock(path: string): string | undefined {
  const found = lookInPlaceSync(path)
  if (found.kind === 'doubtful') throw notBelieved(found.why)
  return found.kind === 'text' ? found.text : undefined
}

/** Undefined when the lock was torn by a crash while it was written. */
function holderIn(text: string | undefined): Lock | undefined {
  try {
    const holder = JSON.parse(text ?? '') as Partial<Lock> | null
    return typeof holder?.pid === 'number' && holder.pid > 0 ? { ...holder, pid: holder.pid } : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/**
 * Since when a process runs, in the kernel's words, and whether it has ended and only its parent has not looked;
 * nothing where the kernel does not tell (it does on Linux).
 */
function startOf(pid: number): { startedAt?: string; isZombie?: boolean } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold spaces; the start time is the 20th field after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const isZombie = fields[0] === 'Z'
    return fields[19] === undefined ? { isZombie } : { startedAt: fields[19], isZombie }
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return {}
    throw error
  }
}
