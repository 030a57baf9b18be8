import { toSafeName } from '../names/safe-path.ts'
import type { Permissions } from '../permissions/permissions.ts'

/**
 * How many names are remembered for files whose first chunk has not come yet. Of more, the oldest of whoever told most
 * is forgotten.
 */
const MAX_NAMES = 10_000

/** Who tells a name: whose upload it is or would be, and whose share it takes. */
type Teller = Pick<Permissions, 'owner' | 'holder'>

/** Where names are remembered, by the fileId of an upload that may not have begun. */
export type KnownNames = {
  get(fileId: string, teller: Teller): Promise<string | undefined>
  set(fileId: string, name: string, teller: Teller): Promise<void>
}

/** For a receiver that is alone. */
export function namesInMemory(): KnownNames {
  const names = new Map<string, { readonly name: string; readonly holder: string }>()
  const toldBy = new Map<string, Set<string>>()
  const forget = (fileId: string) => {
    const { holder = '' } = names.get(fileId) ?? {}
    names.delete(fileId)
    const told = toldBy.get(holder)
    if (told?.delete(fileId) && told.size === 0) toldBy.delete(holder)
  }
  const forgetOne = () => {
    const [first = new Set<string>(), ...others] = toldBy.values()
    const [oldest] = others.reduce((most, told) => (told.size > most.size ? told : most), first)
    if (oldest !== undefined) forget(oldest)
  }
  return {
    get: async (fileId) => names.get(fileId)?.name,
    async set(fileId, name, { holder }) {
      forget(fileId)
      names.set(fileId, { name, holder })
      toldBy.set(holder, (toldBy.get(holder) ?? new Set()).add(fileId))
      if (names.size > MAX_NAMES) forgetOne()
    },
  }
}

/** The names that three-RPC clients want their files stored under. They may tell before the first chunk, or never. */
export class ThreeRpcNames {
  readonly #known: KnownNames

  constructor(known: KnownNames) {
    this.#known = known
  }

  /** Remembers the name a client gave to an upload. An empty one says nothing. */
  async remember(teller: Teller, fileId: string, fileName: string): Promise<void> {
    // Cut off from the text that it was made of, which may be a hundred times as long and would stay in memory with it.
    if (fileName !== '') await this.#known.set(fileId, Buffer.from(toSafeName(fileName)).toString(), teller)
  }

  /**
   * Where to store the file: under the name its client gave, else where it was before, else under the client's own id
   * for it.
   */
  async pathOf(
    permissions: Permissions,
    fileId: string,
    clientFileId: string,
    before?: readonly string[],
  ): Promise<readonly string[]> {
    const name = await this.#known.get(fileId, permissions)
    if (name !== undefined) return permissions.pathFor([name])
    return before ?? permissions.pathFor([toSafeName(clientFileId)])
  }
}
