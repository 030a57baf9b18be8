import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedLedger } from '../../server/ledger/embedded.ts'
import type { UploadRecord } from '../../server/ledger/ledger.ts'

/** An unfinished upload as the ledger of a dead receiver tells it. */
export type Remembered = {
  readonly record: UploadRecord
  /** The chunks that were acknowledged, or about to be: offsets of first byte and one past the last. */
  readonly chunks: readonly { readonly start: number; readonly end: number }[]
}

/**
 * Reads what a receiver that does not run any more remembers, from a copy, so that recovery stays the next receiver's
 * own work.
 */
export async function rememberedIn(directory: string): Promise<readonly Remembered[]> {
  const original = join(directory, '.longshore/ledger')
  if (!existsSync(original)) return []
  const copy = mkdtempSync(join(tmpdir(), 'longshore-ledger-copy-'))
  try {
    cpSync(original, copy, { recursive: true })
    const ledger = await openEmbeddedLedger(copy, (damage) => {
      throw new Error('The ledger of a receiver is damaged.', { cause: damage })
    })
    try {
      const remembered: Remembered[] = []
      for await (const record of ledger.uploads.unfinished()) {
        const chunks: { start: number; end: number }[] = []
        for await (const { start, end } of ledger.chunks.list(record.fileId)) chunks.push({ start, end })
        remembered.push({ record, chunks })
      }
      return remembered
    } finally {
      await ledger.close()
    }
  } finally {
    rmSync(copy, { recursive: true })
  }
}
