import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The short collection takes half a millisecond, and is worth it after so much has arrived, bytes. */
const COLLECT_EVERY_BYTES = 8 * 1024 ** 2

type Collect = (options: { readonly type: 'minor' }) => void

let collect: Collect | undefined
let arrivedBytes = 0

/**
 * Counts what has arrived, and has V8 collect its young memory now and then. What arrives lies in buffers that the
 * system part of Node makes, and that are garbage a moment later. V8 notices such memory only late, and then goes
 * through all that it has, which took a quarter of a receiver's time (`node --trace-gc`): 70 long collections for a
 * gibibyte instead of one. A short one finds all of it. Node has no function for that; where V8 has none either, it
 * collects as ever.
 */
export function countArrived(bytes: number): void {
  arrivedBytes += bytes
  if (arrivedBytes < COLLECT_EVERY_BYTES) return
  arrivedBytes = 0
  collect ??= collector()
  collect({ type: 'minor' })
}

function collector(): Collect {
  setFlagsFromString('--expose-gc')
  const found: unknown = runInNewContext('globalThis.gc')
  setFlagsFromString('--no-expose-gc')
  return typeof found === 'function' ? (found as Collect) : () => {}
}
