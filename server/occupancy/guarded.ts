import type { ReceiveError } from '../base/errors.ts'
import type { Lease, Leases } from '../storage/leases.ts'
import type { ChunkStore } from '../store/chunk-store.ts'

/** What says that a receiver still has the places that it uses. */
export type Guard = {
  /** Throws ReceiveError when it does not, or does not know. */
  mustHold(): void
  /** Calls back when it has lost one for good, with what to tell the senders. */
  onLost(listener: (error: ReceiveError) => void): void
}

/** A store that changes something only while the receiver has its places. */
export function guardedStore(store: ChunkStore, guard: Guard): ChunkStore {
  const { stagedSmallFiles, directSmallFiles } = store
  return {
    ...store,
    stagedSmallFiles: stagedSmallFiles && {
      ...stagedSmallFiles,
      async prepare(...prepare) {
        guard.mustHold()
        return stagedSmallFiles.prepare(...prepare)
      },
      async restore(...restore) {
        guard.mustHold()
        return stagedSmallFiles.restore(...restore)
      },
      async forget(files) {
        guard.mustHold()
        await stagedSmallFiles.forget(files)
      },
      async clear() {
        guard.mustHold()
        await stagedSmallFiles.clear()
      },
    },
    directSmallFiles: directSmallFiles && {
      async putSmallFile(...put) {
        guard.mustHold()
        return directSmallFiles.putSmallFile(...put)
      },
    },
    async openPart(...open) {
      guard.mustHold()
      return store.openPart(...open)
    },
    async discardPart(fileId) {
      guard.mustHold()
      await store.discardPart(fileId)
    },
    async publish(...publish) {
      guard.mustHold()
      return store.publish(...publish)
    },
    async settle(...settle) {
      guard.mustHold()
      return store.settle(...settle)
    },
    async removePublished(...remove) {
      guard.mustHold()
      return store.removePublished(...remove)
    },
    async makeFolder(path) {
      guard.mustHold()
      return store.makeFolder(path)
    },
  }
}

/** Leases that are good only while the receiver has its places. */
export function guardedLeases(leases: Leases, guard: Guard): Leases {
  const guarded = (lease: Lease): Lease => ({
    mustHold() {
      guard.mustHold()
      lease.mustHold()
    },
    release: lease.release,
  })
  return {
    ...leases,
    async take(fileId) {
      guard.mustHold()
      return guarded(await leases.take(fileId))
    },
    onLost(listener) {
      leases.onLost(listener)
      guard.onLost(listener)
    },
  }
}
