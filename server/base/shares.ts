/**
 * Divides a limit among its holders. A holder may take one more while it holds less than is still free. So one holder
 * gets half at most, and another one that comes later always finds something. There are no fixed parts, so a few
 * holders are not slowed down.
 */
export class Shares {
  readonly #limit: () => number
  readonly #held = new Map<string, number>()
  #inAll = 0

  /**
   * @param limit what there is in all, held or not; in whole units, such as bytes or streams. Asked again each time.
   */
  constructor(limit: () => number) {
    this.#limit = limit
  }

  /** What all holders hold together. */
  get inAll(): number {
    return this.#inAll
  }

  /** What one holder holds. */
  heldBy(holder: string): number {
    return this.#held.get(holder) ?? 0
  }

  /** Whether a holder may take so much: the last unit of it, too, while it holds less than is free. */
  mayTake(holder: string, amount = 1): boolean {
    const free = this.#limit() - this.#inAll
    return amount <= 0 || this.heldBy(holder) + 2 * amount - 1 <= free
  }

  /** Gives a holder so much, when it {@link mayTake} it. False: it got nothing. */
  take(holder: string, amount = 1): boolean {
    if (!this.mayTake(holder, amount)) return false
    this.add(holder, amount)
    return true
  }

  /** Counts for a holder what it has already, whatever its share is. */
  add(holder: string, amount: number): void {
    const held = this.heldBy(holder) + amount
    this.#inAll += amount
    if (held === 0) this.#held.delete(holder)
    else this.#held.set(holder, held)
  }

  /** A holder gives so much back. */
  give(holder: string, amount = 1): void {
    this.add(holder, -amount)
  }
}
