import { totalmem } from 'node:os'

/** The memory that this process may have, bytes: what the machine has, or what a container leaves of it. */
export function memoryBytes(): number {
  // Undefined, zero or a huge number where there is no limit.
  const limit = process.constrainedMemory()
  return limit ? Math.min(limit, totalmem()) : totalmem()
}
