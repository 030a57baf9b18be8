import { readFileSync, rmSync, writeFileSync } from 'node:fs'

/** The process that holds a lock. `startedAt` tells it from a later one with the same number. */
type Holder = { readonly pid: number; readonly startedAt?: string }

/** What taking a lock came to: the way to let it go, or the number of the process that has it. */
export type Taken = { readonly kind: 'taken'; release(): void } | { readonly kind: 'held'; readonly pid: number }

/** Two processes that find the same dead lock at the same moment sort it out within this many rounds. */
const MAX_ROUNDS = 10

/**
 * Takes the lock file at `path` for this process, until it is released or the process ends, however it ends: a lock of a process that is gone is taken
 * over. It keeps processes of one machine apart, not machines that share a folder.
 *
 * @throws the system's error when the file can be neither read nor written.
 */
export function takePidLock(path: string): Taken {
  const { startedAt } = startOf(process.pid)
  const self: Holder = { pid: process.pid, ...(startedAt === undefined ? {} : { startedAt }) }
  for (let round = 0; ; round++) {
    try {
      writeFileSync(path, JSON.stringify(self), { flag: 'wx', mode: 0o600 })
      return { kind: 'taken', release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || round === MAX_ROUNDS) throw error
    }
    const holder = readHolder(path)
    if (holder !== undefined && isAlive(holder)) return { kind: 'held', pid: holder.pid }
    rmSync(path, { force: true })
  }
}

/** Undefined when the lock was let go meanwhile, or was torn by a crash while it was written. */
function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder> | null
    return typeof holder?.pid === 'number' && holder.pid > 0 ? { ...holder, pid: holder.pid } : undefined
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(pid)
  return !now.isZombie && (startedAt === undefined || now.startedAt === startedAt)
}

/** Since when a process runs, in the kernel's words, and whether it has ended and only its parent has not looked; nothing where the kernel does not tell (it does on Linux). */
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
