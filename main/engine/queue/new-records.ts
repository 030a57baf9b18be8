import { randomUUID } from 'node:crypto'
import type { BegunBefore, Reviewed } from '../engine.ts'
import type { ResumeRecord } from '../source/resume-store.ts'
import { itemsOf } from '../source/sent-together.ts'
import { newUploadKey, ownKeys } from './entry.ts'

/** What all uploads have in common that are added together. */
type Common = Pick<ResumeRecord, 'receiver' | 'onConflict'> & { readonly firstRank: number; readonly batchId: string }

/**
 * The records of what is added, in its order: with a key of its own for each, or the one that an earlier run began it with.
 *
 * @param taken keys that other uploads go by.
 */
export function newRecords(
  wanted: readonly Reviewed[],
  begunBefore: (entry: Reviewed) => BegunBefore | undefined,
  { receiver, onConflict, firstRank, batchId }: Common,
  taken: ReadonlySet<string>,
): readonly ResumeRecord[] {
  const begun = wanted.map((entry): BegunBefore => begunBefore(entry) ?? { uploadKey: newUploadKey() })
  const items = itemsOf(
    batchId,
    wanted.map((entry, index) => ({ ...entry, before: begun[index]?.batch })),
  )
  return ownKeys(
    wanted.map((entry, index): ResumeRecord => {
      const { uploadKey = newUploadKey(), hashed } = begun[index] ?? {}
      const batch = items[index]
      const more = { receiver, rank: firstRank + index, ...(batch && { batch }) }
      return { id: randomUUID(), uploadKey, ...(hashed && { hashed }), onConflict, ...entry, ...more }
    }),
    taken,
  )
}
