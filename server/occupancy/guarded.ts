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

/** Does its work only while the receiver has its places. */
const guarding =
  (guard: Guard) =>
  <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
  async (...args: Args): Promise<Result> => {
    guard.mustHold()
    return work(...args)
  }

/** A store that changes something only while the receiver has its places. */
export function guardedStore(store: ChunkStore, guard: Guard): ChunkStore {
  const { stagedSmallFiles, directSmallFiles } = store
  const guarded = guarding(guard)
  return {
    ...store,
    stagedSmallFiles: stagedSmallFiles && {
      ...stagedSmallFiles,
      prepare: guarded(stagedSmallFiles.prepare),
      restore: guarded(stagedSmallFiles.restore),
      forget: guarded(stagedSmallFiles.forget),
      clear: guarded(stagedSmallFiles.clear),
    },
    directSmallFiles: directSmallFiles && { putSmallFile: guarded(directSmallFiles.putSmallFile) },
    openPart: guarded(store.openPart),
    discardPart: guarded(store.discardPart),
    publish: guarded(store.publish),
    settle: guarded(store.settle),
    removePublished: guarded(store.removePublished),
    makeFolder: guarded(store.makeFolder),
  }
}

/** Leases that are good only while the receiver has its places. */
export function guardedLeases(leases: Leases, guard: Guard): Leases {
  const both = (lease: Lease): Lease => ({
    mustHold() {
      guard.mustHold()
      lease.mustHold()
    },
    release: lease.release,
  })
  return {
    ...leases,
    take: guarding(guard)(async (fileId) => both(await leases.take(fileId))),
    onLost(listener) {
      leases.onLost(listener)
      guard.onLost(listener)
    },
  }
}
