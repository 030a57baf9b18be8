/**
 * Divides what there is a limit of among those who hold it: one may take one more while what it holds is less than what is still free. So a single
 * holder gets half at most, however greedy it is, and whoever comes later always finds something; where nobody else is there, nobody is slowed down by a
 * fixed part.
 */
export class Shares {
  readonly #limit: () => number
  readonly #held = new Map<string, number>()
  #inAll = 0

  /** @param limit what there is in all, held or not; in whole units, such as bytes or streams. Asked again each time. */
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
