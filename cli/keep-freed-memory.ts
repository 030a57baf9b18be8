/**
 * The largest block that raises the thresholds of glibc, less its own overhead, bytes: DEFAULT_MMAP_THRESHOLD_MAX is 32
 * MiB.
 */
const LESSON_BYTES = 31 * 1024 * 1024

/**
 * Makes glibc keep freed memory for the next chunk. Otherwise it gives the memory of each chunk back to the system, and
 * every page has to be mapped again, which took a third of the time of sending a large file. glibc raises its
 * thresholds when a large block is freed (mallopt(3), M_MMAP_THRESHOLD). The block here is never written to, so it
 * costs nothing. On other systems this has no effect.
 */
export function keepFreedMemory(): void {
  const { buffer } = Buffer.allocUnsafeSlow(LESSON_BYTES)
  // A buffer that was posted to a port that closes is freed at once, without waiting for a garbage collection.
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(buffer, [buffer as ArrayBuffer])
  port1.close()
  port2.close()
}
