import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ReceiveError } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { STATE_FOLDER } from '../names/safe-path.ts'
import { pidLockHolder, takePidLock } from '../state-folder/pid-lock.ts'
import type { S3Config } from '../store/s3/config.ts'
import { enter } from './enter.ts'
import { openFolderPlace } from './folder-place.ts'
import type { Guard } from './guarded.ts'
import type { Occupancy } from './occupancy.ts'
import { type Occupant, selfAs } from './occupant.ts'
import type { Place, Times } from './place.ts'

/** Where a receiver wants to be, and as whom. */
export type Wanted = {
  readonly directory: string
  readonly stateDirectory: string
  readonly objectStore: S3Config | undefined
  /** Undefined for a receiver that is alone. */
  readonly cluster: { readonly party: string; readonly redis: string } | undefined
  readonly onUnexpected: OnUnexpected
  /** Called each time that it says that it lives. */
  readonly onBeat?: () => void
  /** Told of each run that was found dead. */
  readonly onGone?: (run: string) => void
  readonly signal?: AbortSignal | undefined
  /** For tests: all places are quick. */
  readonly times?: Times
}

/** All places that a receiver has. */
export type Premises = Guard & {
  /** Of this start. */
  readonly run: string
  /** Where files go. */
  readonly store: Place
  /** All of them. */
  readonly places: readonly Place[]
  /** False when nothing may be stored. */
  isHeld(): boolean
  /** Never rejects. */
  leave(): Promise<void>
}

/**
 * Enters every place that a receiver uses: the folder, its state folder where that is another one, and the bucket.
 * Until this resolves, nothing is changed there but the records.
 *
 * @throws ReceiveError BUSY with a sentence that says who is there and what to do; what the places throw. Then the
 * receiver is in none of them.
 */
export async function occupy(wanted: Wanted): Promise<Premises> {
  const { directory, stateDirectory, objectStore, cluster, times } = wanted
  const run = randomBytes(8).toString('hex')
  const self = selfAs(cluster ?? { party: `alone:${run}` }, run)
  const stays: Occupancy[] = []
  const notHere = new Set<string>()
  const over = new Set<string>()
  const onRemoved = (other: string, isCopied: boolean) => {
    notHere.add(other)
    if (isCopied) return
    over.add(other)
    wanted.onGone?.(other)
  }
  let release: (() => void) | undefined
  const leave = async () => {
    release?.()
    await Promise.all(stays.map((stay) => stay.leave()))
  }
  const isOver = (other: string) => over.has(other)
  const moveIn = async (place: Place, onBeat?: () => void) =>
    void stays.push(await enter(place, self, { ...wanted, onBeat, isOver, onRemoved }))
  try {
    const tell = wanted.onUnexpected
    const isState = stateDirectory === join(directory, STATE_FOLDER)
    const use = isState ? 'state' : 'place'
    const folder = await openFolderPlace(directory, [STATE_FOLDER], {
      instead: 'a folder of its own',
      times,
      use,
      tell,
    })
    await moveIn(folder, wanted.onBeat)
    release = lockOut(join(folder.folder, 'receiver.lock'), directory, self, (other) => notHere.has(other))
    if (!isState) {
      const own = { instead: 'a --state-dir of its own', times, use: 'state', tell } as const
      const state = await openFolderPlace(stateDirectory, [], own)
      // Under another name it may be the same folder.
      if (!(await state.list()).has(run)) await moveIn(state)
    }
    if (objectStore) {
      // The library that speaks to object stores takes its time to load, and few receivers need it.
      const { openBucketPlace } = await import('./bucket-place.ts')
      await moveIn(openBucketPlace(objectStore, times))
    }
    const store = stays.at(objectStore ? -1 : 0)?.place ?? folder
    return {
      run,
      store,
      places: stays.map(({ place }) => place),
      mustHold() {
        for (const stay of stays) stay.mustHold()
      },
      isHeld: () => stays.every((stay) => stay.isHeld()),
      onLost(listener) {
        for (const stay of stays) stay.onLost(listener)
      },
      leave,
    }
  } catch (error) {
    await leave()
    throw error
  }
}

/** Earlier versions write no records, but hold a lock in the folder while they run. Answers how to release it. */
function lockOut(
  path: string,
  directory: string,
  { run, redis }: Occupant,
  isOver: (run: string) => boolean,
): (() => void) | undefined {
  const busy = (pid: number, advice: string) =>
    new ReceiveError('BUSY', `Another receiver is already using ${directory} (process ${pid})${advice}.`)
  if (redis !== undefined) {
    const pid = pidLockHolder(path, isOver)
    if (pid !== undefined)
      throw busy(pid, `; it shares no Redis, so stop it first, or give this one a folder of its own`)
    return undefined
  }
  const taken = takePidLock(path, { run, isOver })
  if (taken.kind === 'held') throw busy(taken.pid, '')
  return taken.release
}
