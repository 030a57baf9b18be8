/** Those who wait until so many bytes may be had, first come first served. */
export type Line = {
  /** What the first one waits for, bytes; undefined when nobody waits. */
  first(): number | undefined
  /** Lets the first one go. */
  letGo(): void
  /** Waits at the end. Rejects with the signal's reason when aborted. */
  join(bytes: number, signal: AbortSignal): Promise<void>
}

type Waiter = { readonly bytes: number; readonly go: () => void }

/** `onLeft` hears that somebody gave up waiting, so that others may be let go. */
export function createLine(onLeft: () => void): Line {
  const waiters: Waiter[] = []
  return {
    first: () => waiters[0]?.bytes,
    letGo: () => waiters.shift()?.go(),
    join: (bytes, signal) =>
      new Promise<void>((resolve, reject) => {
        const abort = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1)
          reject(signal.reason)
          onLeft()
        }
        const waiter: Waiter = {
          bytes,
          go: () => {
            signal.removeEventListener('abort', abort)
            resolve()
          },
        }
        signal.addEventListener('abort', abort, { once: true })
        waiters.push(waiter)
      }),
  }
}
