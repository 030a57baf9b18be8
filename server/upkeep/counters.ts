/** What a receiver has done since it started. */
export type Counters = {
  /** Chunks that were stored; one that only repeated what was there is none. */
  readonly chunks: number
  readonly chunkBytes: number
  /** Files that were verified, durable and under their name, small ones included. */
  readonly files: number
  readonly fileBytes: number
}

/** Counts what is stored. */
export class RunningCounters {
  #chunks = 0
  #chunkBytes = 0
  #files = 0
  #fileBytes = 0

  get now(): Counters {
    return { chunks: this.#chunks, chunkBytes: this.#chunkBytes, files: this.#files, fileBytes: this.#fileBytes }
  }

  /** A chunk was stored. */
  stored(sizeBytes: number): void {
    this.#chunks += 1
    this.#chunkBytes += sizeBytes
  }

  /** A file was finished. */
  finished(sizeBytes: number): void {
    this.#files += 1
    this.#fileBytes += sizeBytes
  }
}
