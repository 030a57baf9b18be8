import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type LinkOptions = {
  /** How much later everything arrives, ms. */
  readonly delayMs: number
  /** What all connections of this direction share; undefined: as much as the machine can. */
  readonly rate: Rate | undefined
}

/** One direction of a slow network, for as many connections as there are. */
export type Rate = {
  /** How much goes at once, so that small messages are not stuck behind one large write, bytes. */
  readonly sliceBytes: number
  /** Resolves when `bytes` more have gone through, after everything that came before. */
  pass(bytes: number): Promise<void>
}

const SLICES_PER_SECOND = 20

export function createRate(bytesPerSecond: number): Rate {
  let freeAtMs = 0
  return {
    sliceBytes: Math.max(1, Math.ceil(bytesPerSecond / SLICES_PER_SECOND)),
    async pass(bytes) {
      freeAtMs = Math.max(freeAtMs, performance.now()) + (bytes * 1000) / bytesPerSecond
      await delay(freeAtMs - performance.now())
    },
  }
}

/**
 * One direction of a connection. Answers what takes the bytes that `from` reads; they leave through `to` in their
 * order, as late and as slowly as asked.
 */
export function createLink(from: Socket, to: Socket, { delayMs, rate }: LinkOptions): (data: Buffer) => void {
  const write = (data: Buffer): void => {
    if (to.destroyed || to.write(data)) return
    from.pause()
    to.once('drain', () => from.resume())
  }
  if (rate !== undefined) {
    return (data) => {
      from.pause()
      void trickle(data, rate, write).then(() => from.resume())
    }
  }
  // Timers of one length run in the order they were set.
  return delayMs === 0 ? write : (data) => void setTimeout(write, delayMs, data)
}

async function trickle(data: Buffer, { sliceBytes, pass }: Rate, write: (slice: Buffer) => void): Promise<void> {
  for (let start = 0; start < data.length; start += sliceBytes) {
    const slice = data.subarray(start, start + sliceBytes)
    await pass(slice.length)
    write(slice)
  }
}
