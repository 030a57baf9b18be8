import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { filesBelow } from './files-below.ts'
import { MIB, type Workload } from './workload.ts'

/**
 * Checks that what a peer reported as done is there: the same lengths, and when `content` is asked for, the same
 * digests. Names do not count, as not every peer keeps them. Throws an Error that says what is missing.
 */
export function assertArrived({ path }: Workload, box: string, { content }: { readonly content: boolean }): void {
  const mark = (file: string): string => `${statSync(file).size} ${content ? digestOf(file) : ''}`
  const sent = (statSync(path).isFile() ? [path] : filesBelow(path)).map(mark).sort()
  const stored = filesBelow(box).filter(isContent).map(mark).sort()
  const wrong = sent.findIndex((file, index) => stored[index] !== file)
  if (sent.length === stored.length && wrong === -1) return
  throw new Error(`${stored.length} of ${sent.length} files arrived; the first that differs is ${sent[wrong]}.`)
}

/** Files that peers keep for themselves beside the received ones: our state folder, and the descriptions of tus. */
function isContent(file: string): boolean {
  return !file.includes('/.longshore/') && !basename(file).endsWith('.json')
}

function digestOf(file: string): string {
  const hash = createHash('sha256')
  const block = Buffer.allocUnsafe(MIB)
  const descriptor = openSync(file, 'r')
  for (let bytes = readSync(descriptor, block); bytes > 0; bytes = readSync(descriptor, block)) {
    hash.update(block.subarray(0, bytes))
  }
  closeSync(descriptor)
  return hash.digest('hex')
}
