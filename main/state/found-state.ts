import { copyFileSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { FileTrouble } from '../notices/file-trouble.ts'
import { type Content, type Reading, readState, type StateFormat } from './state-format.ts'

/** What is on disk under the name of a state file, once it was looked at. */
export type FoundState =
  | { readonly kind: 'absent' }
  | Extract<Reading, { kind: 'sound' | 'newer' }>
  /** The file was damaged; the state before its last change takes its place. */
  | { readonly kind: 'restored'; readonly content: Content; readonly keptAs: string }
  /** The file was damaged, and there is no sound backup. */
  | { readonly kind: 'damaged'; readonly keptAs: string }
  /** Neither used nor touched. */
  | { readonly kind: 'unreadable'; readonly why: FileTrouble }

/** Where a state file is, absolute. */
export function statePath(directory: string, name: string): string {
  return join(directory, `${name}.json`)
}

/** Where the state before the latest write is, absolute. */
export function backupPath(directory: string, name: string): string {
  return join(directory, `${name}.backup.json`)
}

/** Looks at `<directory>/<name>.json`. A damaged file is set aside, never deleted, and its backup takes its place when that is sound. */
export function findState(directory: string, name: string, format: StateFormat): FoundState {
  const path = statePath(directory, name)
  const backup = backupPath(directory, name)
  try {
    const reading = readFile(path, format)
    if (reading === undefined) return { kind: 'absent' }
    if (reading.kind !== 'damaged') return reading
    const keptAs = setAside(path, renameSync)
    const spare = readFile(backup, format)
    if (spare?.kind !== 'sound') return { kind: 'damaged', keptAs }
    // Put in place at once: a crash before the next write must not find the name empty and take that for a fresh start.
    copyFileSync(backup, path)
    return { kind: 'restored', content: spare.content, keptAs }
  } catch (cause) {
    // Expected: the folder or the file cannot be read, moved or written (permissions, a full or read-only disk).
    return { kind: 'unreadable', why: new FileTrouble(directory, { cause }) }
  }
}

/** Keeps a copy of a file as it is now, of which only a part can be used. Returns where; throws when that fails. */
export function keepCopy(directory: string, name: string): string {
  return setAside(statePath(directory, name), copyFileSync)
}

/** Undefined: there is no such file. */
function readFile(path: string, format: StateFormat): Reading | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw cause
  }
  return readState(text, format)
}

function setAside(path: string, put: (from: string, to: string) => void): string {
  const stamp = new Date().toISOString().replace(/[:.]/g, '-')
  const kept = path.replace(/\.json$/, `.corrupt-${stamp}.json`)
  put(path, kept)
  return kept
}
