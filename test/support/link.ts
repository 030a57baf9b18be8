import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type LinkOptions = {
  /** How much later everything arrives, ms. */
  readonly delayMs: number
  /** How much fits through, bytes a second. */
  readonly bytesPerSecond: number
}

/** A slow link hands its bytes on this many times a second, so that small messages are not stuck behind one large write. */
const SLICES_PER_SECOND = 20

/** One direction of a connection. Answers what takes the bytes that `from` reads; they leave through `to` in their order, as late and as slowly as asked. */
export function createLink(from: Socket, to: Socket, { delayMs, bytesPerSecond }: LinkOptions): (data: Buffer) => void {
  const write = (data: Buffer): void => {
    if (to.destroyed || to.write(data)) return
    from.pause()
    to.once('drain', () => from.resume())
  }
  if (bytesPerSecond !== Number.POSITIVE_INFINITY) {
    return (data) => {
      from.pause()
      void trickle(data, bytesPerSecond, write).then(() => from.resume())
    }
  }
  // Timers of one length run in the order they were set.
  return delayMs === 0 ? write : (data) => void setTimeout(write, delayMs, data)
}

async function trickle(data: Buffer, bytesPerSecond: number, write: (slice: Buffer) => void): Promise<void> {
  const sliceBytes = Math.max(1, Math.ceil(bytesPerSecond / SLICES_PER_SECOND))
  for (let start = 0; start < data.length; start += sliceBytes) {
    await delay(1000 / SLICES_PER_SECOND)
    write(data.subarray(start, start + sliceBytes))
  }
}
