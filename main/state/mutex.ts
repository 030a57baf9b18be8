/**
 * Runs one job at a time, in the order in which they were asked for. Answers what becomes of the job; one that fails
 * holds up nobody.
 */
export type Mutex = <T>(job: () => Promise<T>) => Promise<T>

export function createMutex(): Mutex {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const done = last.then(job)
    last = done.catch(() => undefined)
    return done
  }
}
