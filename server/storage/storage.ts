import type { FairQueue } from '../base/fair-queue.ts'
import type { Hashing } from '../bytes/hashing.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { ChunkStore } from '../store/chunk-store.ts'
import type { Leases } from './leases.ts'
import type { Readings } from './readings.ts'
import type { Space } from './space.ts'

/** Where received bytes go and where they are remembered. */
export type Storage = {
  readonly ledger: Ledger
  readonly leases: Leases
  readonly store: ChunkStore
  readonly space: Space
  readonly fairQueue: FairQueue
  readonly readings: Readings
  readonly hashing: Hashing
}
