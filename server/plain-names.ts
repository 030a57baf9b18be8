import type { Grant } from './grant.ts'
import { toSafeName } from './safe-path.ts'

/** How many names are remembered for files whose first chunk has not come yet. The oldest is forgotten first. */
const MAX_NAMES = 10_000

/** Where names are remembered, by the fileId of an upload that may not have begun. */
export type KnownNames = {
  /** @param owner whose upload it is or would be; empty where nobody is asked who they are. */
  get(fileId: string, owner: string): Promise<string | undefined>
  set(fileId: string, name: string, owner: string): Promise<void>
}

/** For a receiver that is alone. */
export function namesInMemory(): KnownNames {
  const names = new Map<string, string>()
  return {
    get: async (fileId) => names.get(fileId),
    async set(fileId, name) {
      names.delete(fileId)
      names.set(fileId, name)
      const [oldest] = names.keys()
      if (names.size > MAX_NAMES && oldest !== undefined) names.delete(oldest)
    },
  }
}

/** The names that plain clients want their files stored under. They may tell before the first chunk, or never. */
export class PlainNames {
  readonly #known: KnownNames

  constructor(known: KnownNames) {
    this.#known = known
  }

  /** Remembers the name a client gave to an upload. An empty one says nothing. */
  async remember({ owner = '' }: Pick<Grant, 'owner'>, fileId: string, fileName: string): Promise<void> {
    // Cut off from the text that it was made of, which may be a hundred times as long and would stay in memory with it.
    if (fileName !== '') await this.#known.set(fileId, Buffer.from(toSafeName(fileName)).toString(), owner)
  }

  /** Where to store the file: under the name its client gave, else where it was before, else under the client's own id for it. */
  async pathOf(
    { place, owner = '' }: Grant,
    fileId: string,
    plainId: string,
    before?: readonly string[],
  ): Promise<readonly string[]> {
    const name = await this.#known.get(fileId, owner)
    if (name !== undefined) return place([name])
    return before ?? place([toSafeName(plainId)])
  }
}
