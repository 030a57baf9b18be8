import type { Ledger } from '../ledger/ledger.ts'

/** What a receiver has done since it started. */
export type Tally = {
  /** Chunks that were stored; one that only repeated what was there is none. */
  readonly chunks: number
  readonly chunkBytes: number
  /** Files that were verified, durable and under their name, small ones included. */
  readonly files: number
  readonly fileBytes: number
}

/** Counts what a ledger is told. */
export class Counting {
  #chunks = 0
  #chunkBytes = 0
  #files = 0
  #fileBytes = 0

  get tally(): Tally {
    return { chunks: this.#chunks, chunkBytes: this.#chunkBytes, files: this.#files, fileBytes: this.#fileBytes }
  }

  /** The same ledger, counted. */
  watching(ledger: Ledger): Ledger {
    return {
      ...ledger,
      chunks: {
        ...ledger.chunks,
        save: async (fileId, chunk) => {
          await ledger.chunks.save(fileId, chunk)
          this.#chunks += 1
          this.#chunkBytes += chunk.end - chunk.start
        },
      },
    }
  }

  /** A file was finished. */
  finished(sizeBytes: number): void {
    this.#files += 1
    this.#fileBytes += sizeBytes
  }
}
