import type { UploadId } from '../../main/contract/contract.ts'
import type { BegunBefore, Engine, FindOptions, QueueOptions, Skipped } from '../../main/engine/engine.ts'

type AddOptions = FindOptions &
  QueueOptions & {
    /** What an earlier run began of each. @default every entry is a new upload */
    readonly begunBefore?: BegunBefore
  }

/** Queues all that the engine finds at `paths`. */
export async function addTo(
  engine: Engine,
  paths: readonly string[],
  { into = [], begunBefore, ...options }: AddOptions,
): Promise<{ readonly ids: readonly UploadId[]; readonly skipped: readonly Skipped[] }> {
  const { entries, skipped } = await engine.find(paths, { ...options, into })
  const ids = await engine.queue(
    entries.map((entry) => ({ ...entry, begunBefore })),
    options,
  )
  return { ids, skipped }
}
