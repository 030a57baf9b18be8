import type { Connection } from './connection.ts'

/** The use of a connection by one attempt. */
export type Lease = {
  readonly connection: Connection
  /**
   * Ends the use. After a failed attempt the connection is not used for new attempts; it is closed when the last user
   * leaves.
   */
  giveBack(isSuspect: boolean): void
}

type Shared = { readonly connection: Connection; users: number; isRetired: boolean }

/**
 * One connection for each key, shared by all who send there at the same time and kept for the next. After a network
 * failure a connection may never answer again: the attempt that notices gets a new one at its next try, and others are
 * not disturbed.
 */
export function createReceiverPool() {
  const current = new Map<string, Shared>()
  const all = new Set<Shared>()

  function retire(shared: Shared): void {
    shared.isRetired = true
    if (shared.users > 0) return
    all.delete(shared)
    shared.connection.close()
  }

  return {
    /** The connection of this key, made with `open` when there is none. */
    lease(key: string, open: () => Connection): Lease {
      const shared = current.get(key) ?? { connection: open(), users: 0, isRetired: false }
      current.set(key, shared)
      all.add(shared)
      shared.users += 1
      let isOver = false
      return {
        connection: shared.connection,
        giveBack(isSuspect) {
          if (isOver) return
          isOver = true
          shared.users -= 1
          if (isSuspect && current.get(key) === shared) {
            current.delete(key)
            shared.isRetired = true
          }
          if (shared.isRetired) retire(shared)
        },
      }
    },
    /** Closes every connection at once, used or not. */
    closeAll(): void {
      for (const { connection } of all) connection.close()
      all.clear()
      current.clear()
    },
  }
}
