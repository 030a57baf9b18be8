import { SingleFlight } from '../base/single-flight.ts'
import type { Ledger, UploadRecord } from '../ledger/ledger.ts'

/** What is to be told of the unfinished uploads of a ledger. */
type Listener = { keep(record: UploadRecord): void; drop(fileId: string): void }

/** Counts the unfinished uploads of a ledger, again where others begin and finish some, too. */
export class Recount {
  readonly #uploads: Pick<Ledger['uploads'], 'unfinished'>
  readonly #listener: Listener
  /** Uploads that the ledger is known to have. */
  readonly #known = new Set<string>()
  /** Those that changed here while the ledger is read, which may have been too early to say so. */
  #changed: Set<string> | undefined
  readonly #runs = new SingleFlight(() => this.#runOnce())

  constructor(uploads: Pick<Ledger['uploads'], 'unfinished'>, listener: Listener) {
    this.#uploads = uploads
    this.#listener = listener
  }

  /** This receiver saved an unfinished upload. */
  saved(fileId: string): void {
    this.#known.add(fileId)
    this.#changed?.add(fileId)
  }

  /** This receiver finished or forgot one. */
  forgotten(fileId: string): void {
    this.#known.delete(fileId)
    this.#changed?.add(fileId)
  }

  /** Resolves after a look that began after this was called. */
  run(): Promise<void> {
    return this.#runs.run()
  }

  async #runOnce(): Promise<void> {
    const changed = new Set<string>()
    this.#changed = changed
    const found = new Map<string, UploadRecord>()
    for await (const record of this.#uploads.unfinished()) found.set(record.fileId, record)
    this.#changed = undefined
    for (const fileId of [...this.#known].filter((known) => !found.has(known) && !changed.has(known))) {
      this.#known.delete(fileId)
      this.#listener.drop(fileId)
    }
    for (const [fileId, record] of found) {
      if (changed.has(fileId)) continue
      this.#known.add(fileId)
      this.#listener.keep(record)
    }
  }
}
