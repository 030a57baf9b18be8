import { readFileSync } from 'node:fs'

/** What processes used so far. Linux only: it is read from /proc. */
export type Usage = { readonly cpuSeconds: number; readonly residentMib: number }

/** The unit of processor times in /proc, which is the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

/** What a process and all its children use, those that ended included in the processor time. Zero when it is gone. */
export function usageOf(pid: number): Usage {
  const pids = processTree(pid)
  return {
    cpuSeconds: pids.reduce((sum, one) => sum + cpuSecondsIn(read(`/proc/${one}/stat`), 'with-ended-children'), 0),
    residentMib: pids.reduce((sum, one) => sum + residentMibIn(read(`/proc/${one}/status`)), 0),
  }
}

/**
 * Processor time of all children of this process that have ended, s. Its growth is what the one that just ended took.
 */
export function endedChildrenCpuSeconds(): number {
  return cpuSecondsIn(read('/proc/self/stat'), 'ended-children')
}

/** From the text of /proc/PID/stat. */
export function cpuSecondsIn(stat: string, what: 'with-ended-children' | 'ended-children'): number {
  // The name of the program stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [own, ended] = [fields.slice(11, 13), fields.slice(13, 15)]
  const ticks = what === 'ended-children' ? ended : [...own, ...ended]
  return ticks.reduce((sum, text) => sum + Number(text), 0) / TICKS_PER_SECOND
}

/** From the text of /proc/PID/status. */
export function residentMibIn(status: string): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024
}

/** A process and its children, and theirs, as they are now. */
export function processTree(pid: number): number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
  return [pid, ...children.flatMap(processTree)]
}

/** A process that ended meanwhile has nothing to tell. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return ''
  }
}
