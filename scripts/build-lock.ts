import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const FOLDER = join(import.meta.dirname, '../node_modules/.cache')
const LOOK_AGAIN_MS = 50

/** Runs `work` while no other process of this checkout does: two builds at once would write into each other's files. */
export async function whileBuilding<Result>(work: () => Promise<Result>): Promise<Result> {
  const leave = await takeSeat('longshore-build', 1)
  try {
    return await work()
  } finally {
    leave()
  }
}

/**
 * Waits until one of so many seats is free among the processes of this checkout, and takes it; answers what gives it
 * back.
 */
export async function takeSeat(name: string, seats: number): Promise<() => void> {
  for (;;) {
    for (let seat = 0; seat < seats; seat++) {
      const lock = join(FOLDER, `${name}-${seat}.lock`)
      if (takeLock(lock)) return () => rmSync(lock, { force: true })
    }
    await delay(LOOK_AGAIN_MS)
  }
}

function takeLock(lock: string): boolean {
  mkdirSync(dirname(lock), { recursive: true })
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    if (!isOwnerAlive(lock)) rmSync(lock, { force: true })
    return false
  }
}

function isOwnerAlive(lock: string): boolean {
  try {
    const pid = Number(readFileSync(lock, 'utf8'))
    // 0: the owner has made the file and writes its number just now.
    return pid === 0 || process.kill(pid, 0)
  } catch (error) {
    // ENOENT: just released. ESRCH: its owner was killed. Anything else (EPERM) is a live process of someone else's.
    return !(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'ENOENT'))
  }
}
