import { createHash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { parse } from 'node:path'
import type { BatchItem } from './resume-store.ts'

/** A path to send, and what it was in an earlier run of the batch. */
type ToSend = {
  readonly source: string
  readonly path: readonly string[]
  readonly begunBefore?: { readonly batch?: BatchItem | undefined } | undefined
}

const ID_BYTES = 16

export function newBatchId(): string {
  return randomBytes(ID_BYTES).toString('hex')
}

/** An item for each entry, in their order. One source that was named twice is two. */
export function itemsOf(batchId: string, entries: readonly ToSend[]): readonly BatchItem[] {
  const sameNames = sameNamesOf(entries)
  /** How often each source was named, by the id that it has when it is named first. */
  const seen = new Map<string, number>()
  const host = hostname()
  const idOf = (name: string, times: number): string => {
    const digest = createHash('sha256').update(JSON.stringify([host, name, times]))
    // A part of a longer text would keep all of it in memory.
    return digest.digest().toString('hex', 0, ID_BYTES)
  }
  return entries.map(({ source, path }, index) => {
    const name = JSON.stringify([source, path])
    const first = idOf(name, 0)
    const times = seen.get(first) ?? 0
    seen.set(first, times + 1)
    const sourceId = times === 0 ? first : idOf(name, times)
    const sameName = sameNames[index] ?? 1
    return sameName > 1 ? { batchId, sourceId, sameName } : { batchId, sourceId }
  })
}

/** The path that nothing else in the batch has, whatever a receiver makes of upper and lower case. */
export function ownPath(
  path: readonly string[],
  { sameName = 1 }: Pick<BatchItem, 'sameName'> = {},
): readonly string[] {
  if (sameName === 1) return path
  const { name, ext } = parse(path.at(-1) ?? '')
  return [...path.slice(0, -1), `${name} (${sameName})${ext}`]
}

/**
 * For each entry its number among entries with equal paths: the number that it had before where possible, else the
 * lowest one that makes its path unique.
 */
function sameNamesOf(entries: readonly ToSend[]): readonly number[] {
  const taken = new Set<string>()
  // A file cannot have the name of a folder that others are in.
  for (const { path } of entries)
    for (let length = 1; length < path.length; length++) taken.add(folded(path.slice(0, length)))
  const take = (path: readonly string[], sameName: number): boolean => {
    const own = folded(ownPath(path, { sameName }))
    return !taken.has(own) && taken.add(own) !== undefined
  }
  const numbers = entries.map(({ path, begunBefore }) => {
    const before = begunBefore?.batch
    const { sameName = 1 } = before ?? {}
    return before !== undefined && take(path, sameName) ? sameName : 0
  })
  // An entry that needs no number gets none, wherever it stands in the list, so that the number of another entry does
  // not take its name.
  entries.forEach(({ path }, index) => {
    if (numbers[index] === 0 && take(path, 1)) numbers[index] = 1
  })
  const next = new Map<string, number>()
  return entries.map(({ path }, index) => {
    let number = numbers[index] ?? 0
    if (number > 0) return number
    const name = folded(path)
    number = next.get(name) ?? 2
    while (!take(path, number)) number++
    next.set(name, number + 1)
    return number
  })
}

function folded(path: readonly string[]): string {
  return path.join('/').normalize('NFC').toLowerCase()
}
