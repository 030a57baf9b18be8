/** Whoever holds memory and can free some of it when others need it. */
export type MemoryHolder = {
  /** Frees some memory. Answers false when it has none that it could free now. */
  freeSome(): Promise<boolean>
}

/**
 * The memory in which bytes are gathered, for all uploads together: whoever needs more than there is waits until others
 * free some.
 */
export class GatheringMemory {
  readonly #mostBytes: number
  readonly #holders = new Set<MemoryHolder>()
  readonly #waiting: (() => void)[] = []
  #heldBytes = 0
  /** How often memory was freed or a holder changed, for those that wait. */
  #changes = 0
  #freeing: Promise<boolean> | undefined

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  add(holder: MemoryHolder): void {
    this.#holders.add(holder)
  }

  remove(holder: MemoryHolder): void {
    this.#holders.delete(holder)
  }

  /**
   * Resolves when so many bytes may be held; more than there are at all may be, when nothing else is. Throws what
   * freeing threw.
   */
  async take(bytes: number): Promise<void> {
    while (this.#heldBytes > 0 && this.#heldBytes + bytes > this.#mostBytes) {
      this.#freeing ??= this.#free().finally(() => {
        this.#freeing = undefined
      })
      const before = this.#changes
      const isMore = (await this.#freeing) || this.#changes !== before
      // All memory is being filled, or is on its way to the store.
      if (!isMore) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
    this.#heldBytes += bytes
  }

  giveBack(bytes: number): void {
    this.#heldBytes -= bytes
    this.changed()
  }

  /** A holder may have some now that it can free. */
  changed(): void {
    this.#changes++
    for (const go of this.#waiting.splice(0)) go()
  }

  async #free(): Promise<boolean> {
    for (const holder of this.#holders) {
      if (await holder.freeSome()) {
        // The next time it is another one's turn.
        this.#holders.delete(holder)
        this.#holders.add(holder)
        return true
      }
    }
    return false
  }
}
