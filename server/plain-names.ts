import type { Grant } from './grant.ts'
import { toSafeName } from './safe-path.ts'

/** How many names are remembered for files whose first chunk has not come yet. The oldest is forgotten first. */
const MAX_NAMES = 10_000

/** The names that plain clients want their files stored under. They may tell before the first chunk, or never. */
export class PlainNames {
  readonly #names = new Map<string, string>()

  /** Remembers the name a client gave to an upload. An empty one says nothing. */
  remember(fileId: string, fileName: string): void {
    if (fileName === '') return
    this.#names.delete(fileId)
    this.#names.set(fileId, toSafeName(fileName))
    const [oldest] = this.#names.keys()
    if (this.#names.size > MAX_NAMES && oldest !== undefined) this.#names.delete(oldest)
  }

  /** Where to store the file: under the name its client gave, else where it was before, else under the client's own id for it. */
  pathOf({ place }: Grant, fileId: string, plainId: string, before?: readonly string[]): readonly string[] {
    const name = this.#names.get(fileId)
    if (name !== undefined) return place([name])
    return before ?? place([toSafeName(plainId)])
  }
}
