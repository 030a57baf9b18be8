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
  const items = itemsOf(batchId, entries)
  return ownKeys(
    entries.map(
      ({ begunBefore, source, path, identity, folder, onConflict: own = onConflict }, index): ResumeRecord => {
        const { uploadKey = newUploadKey(), hashed } = begunBefore ?? {}
        const batch = items[index]
        const [id, rank] = [newUploadKey(), firstRank + index]
        // What most of a folder's files look like: fields that stand in one literal take half as much memory as others.
        if (identity && folder && batch && !hashed)
          return { id, uploadKey, source, path, receiver, onConflict: own, rank, batch, identity, folder }
        const always = { id, uploadKey, source, path, receiver, onConflict: own, rank, ...(batch && { batch }) }
        return { ...always, ...(identity && { identity }), ...(folder && { folder }), ...(hashed && { hashed }) }
      },
    ),
    taken,
  )
}
