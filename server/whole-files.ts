import { type FinishedFile, finishedFileOf } from './finish.ts'
import type { Ledger, UploadRecord } from './ledger/ledger.ts'
import type { SmallFile } from './small-files.ts'
import type { WholeFileStore } from './store/chunk-store.ts'

type WholeFilesDeps = {
  readonly ledger: Ledger
  readonly store: WholeFileStore
  readonly onFinished: (file: FinishedFile) => void
}

/**
 * Takes small files from nothing to finished where the store writes a file at once, under its name, or not at all. What a crash leaves in between is a
 * publication that was announced, and is settled like every other one.
 */
export class WholeFiles {
  readonly #deps: WholeFilesDeps

  constructor(deps: WholeFilesDeps) {
    this.#deps = deps
  }

  /** Stores a new file; undefined when its name is taken, and then nothing of it is left. Throws what the store and the ledger throw. */
  async put({ record, data, md5 }: SmallFile): Promise<FinishedFile | undefined> {
    const { ledger, store, onFinished } = this.#deps
    const announce = (intent: { readonly storedAs: readonly string[]; readonly fileIdentity: string }) =>
      ledger.uploads.save({ ...record, state: { kind: 'publishing', ...intent, md5 } }, { durable: true })
    const storedAs = await store.putWhole(record.fileId, record, data, announce)
    if (storedAs === undefined) {
      await ledger.uploads.forget(record)
      return undefined
    }
    const finished: UploadRecord = { ...record, state: { kind: 'finished', storedAs, md5 } }
    await ledger.uploads.save(finished, { durable: true })
    const file = finishedFileOf(finished)
    if (file === undefined) throw new Error('A finished record is not finished.')
    onFinished(file)
    return file
  }

  /** There is nothing that waits. */
  close: () => Promise<void> = async () => undefined
}
