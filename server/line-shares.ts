/** How many lines may come at once, and how many a second after that. */
export type LineRate = { readonly atOnce: number; readonly perSecond: number }

/** How often a line tells what was left out, ms. */
const TELL_EVERY_MS = 10_000

/** More callers than this at the same time have one share together. */
const MOST_KNOWN = 256
const OTHERS = 'others'

type Share = LineRate & { lines: number; atMs: number; leftOut: number }

/**
 * Gives everybody who causes lines in a log a share of it, so that nobody can fill the disk with them, or hide what
 * others do among them.
 */
export class LineShares {
  readonly #onLeftOut: (who: string, lines: number, seconds: number) => void
  readonly #now: () => number
  readonly #shares = new Map<string, Share>()
  #timer: NodeJS.Timeout | undefined
  #toldAtMs = 0

  /**
   * @param onLeftOut told at most every ten seconds how many lines were left out, and in how many seconds.
   * @param now a clock that is never set, ms.
   */
  constructor(
    onLeftOut: (who: string, lines: number, seconds: number) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#onLeftOut = onLeftOut
    this.#now = now
  }

  /** True when one more line may be written; else it is counted. */
  take(who: string, rate: LineRate): boolean {
    const nowMs = this.#now()
    const share = this.#shareOf(who, rate, nowMs)
    const { atOnce, perSecond } = share
    share.lines = Math.min(atOnce, share.lines + ((nowMs - share.atMs) / 1000) * perSecond)
    share.atMs = nowMs
    if (share.lines < 1) {
      share.leftOut += 1
      this.#tellSoon(nowMs)
      return false
    }
    share.lines -= 1
    return true
  }

  /** Tells what was left out and not told yet. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const seconds = Math.max(1, Math.round((this.#now() - this.#toldAtMs) / 1000))
    for (const [who, share] of this.#shares) {
      if (share.leftOut > 0) this.#onLeftOut(who, share.leftOut, seconds)
      share.leftOut = 0
    }
  }

  #shareOf(who: string, rate: LineRate, nowMs: number): Share {
    if (!this.#shares.has(who) && this.#shares.size >= MOST_KNOWN) this.#forgetQuiet(nowMs)
    const key = this.#shares.has(who) || this.#shares.size < MOST_KNOWN ? who : OTHERS
    const share = this.#shares.get(key) ?? { ...rate, lines: rate.atOnce, atMs: nowMs, leftOut: 0 }
    this.#shares.set(key, share)
    return share
  }

  /** A caller whose share is whole again is forgotten. */
  #forgetQuiet(nowMs: number): void {
    for (const [who, { atMs, atOnce, perSecond, leftOut }] of this.#shares)
      if (leftOut === 0 && (nowMs - atMs) / 1000 >= atOnce / perSecond) this.#shares.delete(who)
  }

  #tellSoon(nowMs: number): void {
    if (this.#timer !== undefined) return
    this.#toldAtMs = nowMs
    this.#timer = setTimeout(() => this.flush(), TELL_EVERY_MS)
    this.#timer.unref()
  }
}
