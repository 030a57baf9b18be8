import { MessageChannel } from 'node:worker_threads'

/** The largest block that glibc takes as a lesson, less what it needs itself, bytes: DEFAULT_MMAP_THRESHOLD_MAX is 32 MiB. */
const LESSON_BYTES = 31 * 1024 * 1024

/**
 * Lets glibc keep memory that was freed, for the next chunk, instead of giving it back to the system after each one and having every page of it mapped
 * anew: that took a third of the time of sending a large file. glibc raises its thresholds when a large block is freed (mallopt(3),
 * M_MMAP_THRESHOLD); the block is never touched, so it costs nothing. Elsewhere nothing comes of it.
 */
export function keepFreedMemory(): void {
  const { buffer } = Buffer.allocUnsafeSlow(LESSON_BYTES)
  // What was sent to a port that closes is freed at once, without waiting for a garbage collection.
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(buffer, [buffer as ArrayBuffer])
  port1.close()
  port2.close()
}
