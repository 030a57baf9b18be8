import type { ChunkRecord } from './ledger.ts'

/** Records some chunks of one upload in one step, for the holder of a lease. */
export type SaveChunks = (fileId: string, lease: string, chunks: readonly ChunkRecord[]) => Promise<void>

type Batch = { readonly chunks: ChunkRecord[]; readonly saving: Promise<void> }

/**
 * Records chunks of an upload that come while others are being recorded in one step as soon as those are. So each
 * chunk waits for two steps at most, and however many come at once, there are few steps.
 */
export class ChunkBatches {
  readonly #saveChunks: SaveChunks
  /** By upload and lease: whoever lost its lease must not record anything under the next one. */
  readonly #next = new Map<string, Batch>()
  readonly #running = new Map<string, Promise<void>>()

  constructor(saveChunks: SaveChunks) {
    this.#saveChunks = saveChunks
  }

  /** Resolves when the chunk is recorded. Rejects with what its step threw. */
  save(fileId: string, lease: string, chunk: ChunkRecord): Promise<void> {
    const key = `${fileId} ${lease}`
    const known = this.#next.get(key)
    if (known !== undefined) {
      known.chunks.push(chunk)
      return known.saving
    }
    const chunks = [chunk]
    const saving = this.#saveNext(key, fileId, lease, chunks)
    this.#next.set(key, { chunks, saving })
    return saving
  }

  async #saveNext(key: string, fileId: string, lease: string, chunks: readonly ChunkRecord[]): Promise<void> {
    await this.#running.get(key)?.catch(() => 'told to those whose chunks they were')
    this.#next.delete(key)
    const running = this.#saveChunks(fileId, lease, chunks)
    this.#running.set(key, running)
    try {
      await running
    } finally {
      if (this.#running.get(key) === running) this.#running.delete(key)
    }
  }
}
