import { networkOf } from '../base/network-of.ts'

/** More addresses than this at the same time are an attack; then the oldest is forgotten first. */
const MAX_ADDRESSES = 10_000

/** Lets each address do something once in a while. */
export class RateLimit {
  readonly #everyMs: number
  readonly #now: () => number
  readonly #lastAtMs = new Map<string, number>()

  /** @param now a clock that is never set, ms. */
  constructor(everyMs: number, now: () => number = () => performance.now()) {
    this.#everyMs = everyMs
    this.#now = now
  }

  /** True when the address may go on now, and then not again before the time is over. */
  take(address: string): boolean {
    const nowMs = this.#now()
    const key = networkOf(address)
    const lastAtMs = this.#lastAtMs.get(key)
    if (lastAtMs !== undefined && nowMs - lastAtMs < this.#everyMs) return false
    this.#lastAtMs.delete(key)
    this.#lastAtMs.set(key, nowMs)
    this.#forgetOld(nowMs)
    return true
  }

  /** The map is in the order of time. */
  #forgetOld(nowMs: number): void {
    for (const [key, atMs] of this.#lastAtMs) {
      if (nowMs - atMs < this.#everyMs && this.#lastAtMs.size <= MAX_ADDRESSES) return
      this.#lastAtMs.delete(key)
    }
  }
}
