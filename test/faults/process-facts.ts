import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Linux tells what a process holds open and how much memory it took; elsewhere these facts are not known. */
const isKnown = existsSync('/proc/self/fd')

/**
 * How many descriptors a live process holds, those of its ledger left out, whose number is the database's business.
 * Undefined where it is not known.
 */
export function openDescriptors(pid: number | undefined): number | undefined {
  if (!isKnown) return undefined
  return readdirSync(`/proc/${pid}/fd`).filter((fd) => !targetOf(`/proc/${pid}/fd/${fd}`).includes('/ledger/')).length
}

/** Whether a live process has a file open. False where that is not known. */
export function hasOpen(pid: number | undefined, path: string): boolean {
  if (!isKnown) return false
  return readdirSync(`/proc/${pid}/fd`).some((fd) => targetOf(`/proc/${pid}/fd/${fd}`) === path)
}

/** Closed between the listing and the look: counts as open, as it was a moment ago. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return ''
  }
}

/** Peak resident memory of a live process so far, MiB. Undefined where it is not known. */
export function peakMib(pid: number | undefined): number | undefined {
  return memoryMib(pid, /^VmHWM:\s+(\d+) kB$/m)
}

/** Resident memory of a live process, MiB. Undefined where it is not known. */
export function residentMib(pid: number | undefined): number | undefined {
  return memoryMib(pid, /^VmRSS:\s+(\d+) kB$/m)
}

function memoryMib(pid: number | undefined, line: RegExp): number | undefined {
  if (!isKnown) return undefined
  return Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}
