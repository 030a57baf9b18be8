import { randomUUID } from 'node:crypto'
import type { ConflictPolicy } from '../../contract/contract.ts'
import type { ResumeRecord } from '../source/resume-store.ts'
import { itemsOf } from '../source/sent-together.ts'
import type { WalkedEntry } from '../source/walk.ts'
import { newUploadKey, ownKeys } from './entry.ts'

/** What is left of an upload of an earlier run. */
export type BegunBefore = Pick<ResumeRecord, 'uploadKey' | 'hashed' | 'batch'>

/** Something that was found, as it is to be queued. */
export type ToQueue = WalkedEntry & {
  /** What the receiver does when its name is taken. @default what is said for all */
  readonly onConflict?: ConflictPolicy
  /** What an earlier run began for this very entry, to go on with it. @default it is a new upload */
  readonly begunBefore?: BegunBefore | undefined
}

/** What all uploads have in common that are queued together. */
type Common = Pick<ResumeRecord, 'receiver' | 'onConflict'> & { readonly firstRank: number; readonly batchId: string }

/**
 * The records of what is queued, in its order: with a key of its own for each, or the one that an earlier run began it
 * with.
 *
 * @param taken keys that other uploads go by.
 */
export function newRecords(
  entries: readonly ToQueue[],
  { receiver, onConflict, firstRank, batchId }: Common,
  taken: ReadonlySet<string>,
): readonly ResumeRecord[] {
  const items = itemsOf(
    batchId,
    entries.map(({ begunBefore, ...entry }) => ({ ...entry, before: begunBefore?.batch })),
  )
  return ownKeys(
    entries.map(({ begunBefore, ...entry }, index): ResumeRecord => {
      const { uploadKey = newUploadKey(), hashed } = begunBefore ?? {}
      const batch = items[index]
      const more = { receiver, rank: firstRank + index, ...(batch && { batch }) }
      return { id: randomUUID(), uploadKey, ...(hashed && { hashed }), onConflict, ...entry, ...more }
    }),
    taken,
  )
}
