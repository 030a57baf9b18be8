import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const LOCK = join(import.meta.dirname, '../node_modules/.cache/longshore-build.lock')
const LOOK_AGAIN_MS = 50

/** Runs `work` while no other process of this checkout does: two builds at once would write into each other's files. */
export async function whileBuilding<Result>(work: () => Promise<Result>): Promise<Result> {
  while (!takeLock()) await delay(LOOK_AGAIN_MS)
  try {
    return await work()
  } finally {
    rmSync(LOCK, { force: true })
  }
}

function takeLock(): boolean {
  mkdirSync(dirname(LOCK), { recursive: true })
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    if (!isOwnerAlive()) rmSync(LOCK, { force: true })
    return false
  }
}

function isOwnerAlive(): boolean {
  try {
    const pid = Number(readFileSync(LOCK, 'utf8'))
    // 0: the owner has made the file and writes its number just now.
    return pid === 0 || process.kill(pid, 0)
  } catch (error) {
    // ENOENT: just released. ESRCH: its owner was killed. Anything else (EPERM) is a live process of someone else's.
    return !(error instanceof Error && 'code' in error && (error.code === 'ESRCH' || error.code === 'ENOENT'))
  }
}
