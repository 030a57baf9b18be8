import { totalmem } from 'node:os'

/** The memory that this process may have, bytes: what the machine has, or what a container leaves of it. */
export function memoryBytes(): number {
  // Nothing, zero or a number beyond all bounds where nobody set a limit.
  const limit = process.constrainedMemory()
  return limit ? Math.min(limit, totalmem()) : totalmem()
}
