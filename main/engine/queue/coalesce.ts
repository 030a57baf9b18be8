export type Coalescer<K> = {
  /** Something about `key` changed; `publish` hears of it within the interval. */
  touch(key: K): void
  /** The same, but published at once unless something was within the interval: for changes a person waits for. */
  hurry(key: K): void
  /** Publishes now whatever was touched. */
  flush(): void
}

/**
 * Turns bursts of touches into one call, at most one each `intervalMs`. Takes no payload: `publish` reads the state
 * when it fires, so only states in between are lost, never the last one.
 */
export function createCoalescer<K>(intervalMs: number, publish: (keys: readonly K[]) => void): Coalescer<K> {
  const touched = new Set<K>()
  let timer: NodeJS.Timeout | undefined
  let publishedAtMs = Number.NEGATIVE_INFINITY
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (touched.size === 0) return
    const keys = [...touched]
    touched.clear()
    publishedAtMs = performance.now()
    publish(keys)
  }
  const touch = (key: K): void => {
    touched.add(key)
    timer ??= setTimeout(flush, intervalMs)
  }
  return {
    touch,
    hurry(key) {
      touch(key)
      if (performance.now() - publishedAtMs >= intervalMs) flush()
    },
    flush,
  }
}
