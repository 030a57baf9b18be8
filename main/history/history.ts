import { createReadStream } from 'node:fs'
import { appendFile, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { HistoryPage, Receipt } from '../contract/history.ts'
import { FileTrouble } from '../notices/file-trouble.ts'
import { inEnglish, type NoticeWords } from '../notices/notice-words.ts'
import { createMutex } from '../state/mutex.ts'
import { holds, keptReceipt, readReceipt } from './receipt.ts'

/**
 * A file that has grown to this is put aside as the older one, bytes; so twice as much is kept, some 100,000 receipts.
 */
const MOST_BYTES = 16 * 1024 * 1024

/** More than anybody scrolls through; the others are found by searching. */
const MOST_LISTED = 2000

export type HistoryDeps = {
  readonly directory: string
  readonly notify: (message: string) => void
  /** @default in English */
  readonly words?: () => NoticeWords
  /** @default 16 MiB */
  readonly mostBytes?: number
}

/** What was sent, kept for good beside the other state: one line for each, added at the end and never changed. */
export type History = {
  /** Keeps receipts. A failure is told as a notice. */
  add(receipts: readonly Receipt[]): void
  list(search: string): Promise<HistoryPage>
  /** Everything that holds what is searched for, newest first. */
  all(search: string): Promise<readonly Receipt[]>
  clear(): Promise<void>
  /** Resolves when everything that was added is written. */
  close(): Promise<void>
}

/** Opens the history. One thing at a time is done to its files; damaged lines are passed over. */
export function openHistory({ directory, notify, words = inEnglish, mostBytes = MOST_BYTES }: HistoryDeps): History {
  const path = join(directory, 'history.jsonl')
  const olderPath = join(directory, 'history.older.jsonl')
  const alone = createMutex()

  async function append(receipts: readonly Receipt[]): Promise<void> {
    if ((await sizeBytesOf(path)) >= mostBytes) await rename(path, olderPath)
    const lines = receipts.map((receipt) => `${oneLine(receipt)}\n`).join('')
    // The line after one that a crash cut off must begin on a line of its own.
    const begin = (await endsWithinLine(path)) ? '\n' : ''
    await appendFile(path, begin + lines, { mode: 0o600 })
  }

  async function all(search: string): Promise<readonly Receipt[]> {
    const found: Receipt[] = []
    for (const file of [olderPath, path])
      for await (const receipt of receiptsIn(file)) if (holds(receipt, search)) found.push(receipt)
    return found.reverse()
  }

  return {
    add(receipts) {
      if (receipts.length === 0) return
      alone(() => append(receipts)).catch((cause: unknown) =>
        notify(words().historyNotSaved(new FileTrouble(directory, { cause }))),
      )
    },
    list: (search) =>
      alone(async () => {
        const found = await all(search)
        return { receipts: found.slice(0, MOST_LISTED), found: found.length }
      }),
    all: (search) => alone(() => all(search)),
    clear: () =>
      alone(async () => {
        for (const file of [path, olderPath]) await rm(file, { force: true })
      }),
    close: () => alone(async () => undefined),
  }
}

/**
 * Lines are read as Node reads them, for which the separators of Unicode end a line too; JSON lets them stand in names.
 */
function oneLine(receipt: Receipt): string {
  return JSON.stringify(keptReceipt(receipt)).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
}

async function* receiptsIn(path: string): AsyncGenerator<Receipt> {
  if ((await sizeBytesOf(path)) === 0) return
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    const receipt = readReceipt(line)
    if (receipt !== undefined) yield receipt
  }
}

async function sizeBytesOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (cause) {
    if (isMissing(cause)) return 0
    throw cause
  }
}

async function endsWithinLine(path: string): Promise<boolean> {
  const sizeBytes = await sizeBytesOf(path)
  if (sizeBytes === 0) return false
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, sizeBytes - 1)
    return buffer[0] !== 0x0a
  } finally {
    await file.close()
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}
