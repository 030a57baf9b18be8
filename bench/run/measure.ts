import { setTimeout as delay } from 'node:timers/promises'
import { type Child, type Command, monotonicMs, start } from './child.ts'
import { endedChildrenCpuSeconds, usageOf } from './process-usage.ts'

/**
 * What uploads took, from the start of the first sender to the end of the last. Memory is the most that was seen at
 * once, of the processes of a side and their children together, MiB. NaN for a receiver that there is not.
 */
export type Measured = {
  readonly seconds: number
  readonly senderCpuSeconds: number
  readonly receiverCpuSeconds: number
  readonly senderPeakMib: number
  readonly receiverPeakMib: number
}

/** Often enough to see memory grow, and so seldom that measuring does not disturb, ms. */
const SAMPLE_EVERY_MS = 50

/**
 * Runs senders to their ends, all at once, and measures both sides. Rejects with what a sender said when it fails.
 * Nothing else that this process started may end meanwhile.
 */
export async function measure(commands: readonly Command[], receiver: Child | undefined): Promise<Measured> {
  const receiverBefore = receiver === undefined ? 0 : usageOf(receiver.pid).cpuSeconds
  const endedBefore = endedChildrenCpuSeconds()
  const startedAtMs = monotonicMs()
  const senders = commands.map(start)
  const over = new AbortController()
  const peaks = watchMemory(senders, receiver, over.signal)
  try {
    await Promise.all(senders.map(({ done }) => done))
    const seconds = (monotonicMs() - startedAtMs) / 1000
    return {
      seconds,
      senderCpuSeconds: endedChildrenCpuSeconds() - endedBefore,
      receiverCpuSeconds: receiver === undefined ? Number.NaN : usageOf(receiver.pid).cpuSeconds - receiverBefore,
      ...(await stopped(peaks, over)),
    }
  } finally {
    await stopped(peaks, over)
  }
}

type Peaks = Pick<Measured, 'senderPeakMib' | 'receiverPeakMib'>

async function watchMemory(
  senders: readonly Child[],
  receiver: Child | undefined,
  signal: AbortSignal,
): Promise<Peaks> {
  let senderPeakMib = 0
  let receiverPeakMib = receiver === undefined ? Number.NaN : 0
  while (!signal.aborted) {
    const residentMib = senders.reduce((sum, { pid }) => sum + usageOf(pid).residentMib, 0)
    senderPeakMib = Math.max(senderPeakMib, residentMib)
    if (receiver) receiverPeakMib = Math.max(receiverPeakMib, usageOf(receiver.pid).residentMib)
    await delay(SAMPLE_EVERY_MS)
  }
  return { senderPeakMib, receiverPeakMib }
}

function stopped(peaks: Promise<Peaks>, over: AbortController): Promise<Peaks> {
  over.abort()
  return peaks
}
