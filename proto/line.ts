/** Someone who shares with others, known by object identity: an upload, all small files together, or a device. */
export type Sharer = object

/**
 * Those who wait until so many bytes may be had. Each sharer gets as much as any other one that waits, however many
 * times it waits at once and however much it asks for each time; its own are served first come, first served.
 */
export type Line = {
  /** What the next one waits for, bytes; undefined when nobody waits. */
  first(): number | undefined
  /** Lets the next one go. */
  admit(): void
  /** Waits. Rejects with the signal's reason when aborted. */
  join(bytes: number, sharer: Sharer, signal?: AbortSignal): Promise<void>
}

/** `place`: how much its sharer has had, or is to have, before. The least is next. */
type Waiter = { readonly bytes: number; readonly place: number; readonly go: () => void }

/** `onLeft` hears that somebody gave up waiting, so that others may be let go. */
export function createLine(onLeft: () => void): Line {
  /** By place. */
  const waiters: Waiter[] = []
  /** What each sharer has had when all that it waits for was let go, bytes. */
  const hadBytes = new WeakMap<Sharer, number>()
  /** The place of the last one that was let go. Who comes later starts here: nobody saves up turns. */
  let reachedBytes = 0

  function enter(waiter: Waiter): void {
    const behind = waiters.findLastIndex(({ place }) => place <= waiter.place)
    waiters.splice(behind + 1, 0, waiter)
  }

  return {
    first: () => waiters[0]?.bytes,
    admit() {
      const next = waiters.shift()
      reachedBytes = next?.place ?? reachedBytes
      next?.go()
    },
    join: (bytes, sharer, signal) =>
      new Promise<void>((resolve, reject) => {
        const place = Math.max(hadBytes.get(sharer) ?? 0, reachedBytes)
        const abort = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1)
          hadBytes.set(sharer, (hadBytes.get(sharer) ?? bytes) - bytes)
          reject(signal?.reason)
          onLeft()
        }
        const waiter: Waiter = {
          bytes,
          place,
          go: () => {
            signal?.removeEventListener('abort', abort)
            resolve()
          },
        }
        signal?.addEventListener('abort', abort, { once: true })
        hadBytes.set(sharer, place + bytes)
        enter(waiter)
      }),
  }
}
