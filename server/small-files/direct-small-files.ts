import type { Ledger } from '../ledger/ledger.ts'
import { type FinishedFile, mustBeFinished, publicationOf } from '../sessions/finish.ts'
import type { DirectSmallFileStore } from '../store/chunk-store.ts'
import type { NewSmallFile } from './staged-small-files.ts'

type DirectSmallFilesDeps = {
  readonly ledger: Ledger
  readonly store: DirectSmallFileStore
  readonly onFinished: (file: FinishedFile) => void
}

/**
 * Takes small files from nothing to finished where the store writes a file at once, under its name, or not at all. What
 * a crash leaves in between is a publication that was announced, and is settled like every other one.
 */
export class DirectSmallFiles {
  readonly #deps: DirectSmallFilesDeps

  constructor(deps: DirectSmallFilesDeps) {
    this.#deps = deps
  }

  /**
   * Stores a new file; undefined when its name is taken, and then nothing of it is left. Throws what `mustBeAllowed`,
   * the store and the ledger throw.
   */
  async put({ record, data, digest, mustBeAllowed }: NewSmallFile): Promise<FinishedFile | undefined> {
    const { ledger, store, onFinished } = this.#deps
    mustBeAllowed()
    const { publication, finished } = publicationOf(ledger, record, digest)
    if ((await store.putSmallFile(record.fileId, record, data, publication)) === undefined) {
      await ledger.uploads.forget(record)
      return undefined
    }
    const file = mustBeFinished(finished())
    onFinished(file)
    return file
  }

  /** There is nothing that waits. */
  close: () => Promise<void> = async () => undefined
}
