import { setTimeout as delay } from 'node:timers/promises'
import { type Child, type Command, monotonicMs, start } from './child.ts'
import { endedChildrenCpuSeconds, usageOf } from './process-usage.ts'

/**
 * What one upload took. Memory is the most that was seen at once, of a process and its children together, MiB. NaN for
 * a receiver that there is not.
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

/** Runs a sender to its end and measures both sides. Rejects with what the sender said when it fails. */
export async function measure(command: Command, receiver: Child | undefined): Promise<Measured> {
  const receiverBefore = receiver === undefined ? 0 : usageOf(receiver.pid).cpuSeconds
  const endedBefore = endedChildrenCpuSeconds()
  const sender = start(command)
  const over = new AbortController()
  const peaks = watchMemory(sender, receiver, over.signal)
  try {
    await sender.done
    const seconds = (monotonicMs() - sender.startedAtMs) / 1000
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

async function watchMemory(sender: Child, receiver: Child | undefined, signal: AbortSignal): Promise<Peaks> {
  let senderPeakMib = 0
  let receiverPeakMib = receiver === undefined ? Number.NaN : 0
  while (!signal.aborted) {
    senderPeakMib = Math.max(senderPeakMib, usageOf(sender.pid).residentMib)
    if (receiver) receiverPeakMib = Math.max(receiverPeakMib, usageOf(receiver.pid).residentMib)
    await delay(SAMPLE_EVERY_MS)
  }
  return { senderPeakMib, receiverPeakMib }
}

function stopped(peaks: Promise<Peaks>, over: AbortController): Promise<Peaks> {
  over.abort()
  return peaks
}
