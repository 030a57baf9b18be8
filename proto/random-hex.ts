import { randomBytes } from 'node:crypto'

/** So much is asked of the system at once, bytes: to ask for each id would take longer than all else about it. */
const ASKED_BYTES = 4096

let pool = Buffer.alloc(0)
let used = 0

/** So many random bytes as lower-case hex, that nobody can guess; a text of its own, in one piece. */
export function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(Math.max(ASKED_BYTES, bytes))
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}
