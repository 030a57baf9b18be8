/**
 * Runs a task with a signal that aborts when `signal` does, and after this many milliseconds. `AbortSignal.any` with an
 * `AbortSignal.timeout` does not work: the garbage collector of Node 20 may drop such a timeout.
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController()
  const stop = () => over.abort(signal.reason)
  const timer = setTimeout(() => over.abort(new Error(`it took longer than ${ms / 1000} s`)), ms)
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    return await task(over.signal)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
