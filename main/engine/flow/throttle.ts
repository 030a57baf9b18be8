import { createLine, type Sharer } from '../../../proto/line.ts'

/** Keeps to a rate, of which each sharer gets as much as any other. */
export type Throttle = {
  /** Waits until `bytes` may go. Rejects with the signal's reason when aborted; then they did not go. */
  take(bytes: number, sharer: Sharer, signal: AbortSignal): Promise<void>
  /** The most that should be asked for at once, bytes. More would make other traffic on the network wait for long. */
  mostAtOnce(): number
}

/** A throttle whose rate may change at any time. */
export type TokenBucket = Throttle & {
  /** Bytes per second; undefined for no limit. Whoever waits already is asked to wait for the new rate. */
  setRate(bytesPerSecond: number | undefined): void
}

/** The limit holds over this time, s. Shorter would cost timers, longer would show as bursts. */
const BURST_S = 0.1

/** One piece takes at most this part of a second. */
const PIECE_S = 0.25

/** Gives tokens, one for each byte, at a steady rate. `now` is a monotonic clock, ms. */
export function createTokenBucket(now: () => number = () => performance.now()): TokenBucket {
  let rate: number | undefined
  /** The tokens in the bucket. Below zero they were lent to a piece that is longer than the bucket. */
  let tokens = 0
  let countedAtMs = now()
  let timer: NodeJS.Timeout | undefined
  const line = createLine(serve)

  function count(): void {
    const nowMs = now()
    if (rate !== undefined) tokens = Math.min(tokens + (rate * (nowMs - countedAtMs)) / 1000, rate * BURST_S)
    countedAtMs = nowMs
  }

  function serve(): void {
    clearTimeout(timer)
    count()
    for (let bytes = line.first(); bytes !== undefined && (rate === undefined || tokens >= 0); bytes = line.first()) {
      tokens -= bytes
      line.admit()
    }
    if (line.first() === undefined || rate === undefined) return
    timer = setTimeout(serve, Math.max(1, Math.ceil((-tokens * 1000) / rate)))
  }

  return {
    async take(bytes, sharer, signal) {
      signal.throwIfAborted()
      if (rate === undefined) return
      const waiting = line.join(bytes, sharer, signal)
      serve()
      await waiting
    },
    mostAtOnce: () => (rate === undefined ? Number.POSITIVE_INFINITY : rate * PIECE_S),
    setRate(bytesPerSecond) {
      count()
      if (rate === undefined || bytesPerSecond === undefined) tokens = 0
      rate = bytesPerSecond
      serve()
    },
  }
}

/** A rate for everything, and one for each receiver besides. */
export type Throttles = {
  /** Keeps to both the rate for everything and that of one receiver. */
  to(receiver: string): Throttle
  /** Sets a rate, bytes per second; undefined for no limit. Without a receiver, the rate for everything. */
  setRate(bytesPerSecond: number | undefined, receiver?: string): void
}

export function createThrottles(now?: () => number): Throttles {
  const all = createTokenBucket(now)
  const each = new Map<string, TokenBucket>()
  const bucketOf = (receiver: string): TokenBucket => {
    const known = each.get(receiver) ?? createTokenBucket(now)
    each.set(receiver, known)
    return known
  }
  return {
    to(receiver) {
      const own = bucketOf(receiver)
      return {
        async take(bytes, sharer, signal) {
          await own.take(bytes, sharer, signal)
          await all.take(bytes, sharer, signal)
        },
        mostAtOnce: () => Math.min(own.mostAtOnce(), all.mostAtOnce()),
      }
    },
    setRate(bytesPerSecond, receiver) {
      const bucket = receiver === undefined ? all : bucketOf(receiver)
      bucket.setRate(bytesPerSecond)
    },
  }
}
