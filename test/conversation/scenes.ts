import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ConflictPolicy } from '../../main/contract/contract.ts'
import { createEngine, type Engine } from '../../main/engine/engine.ts'
import { addTo } from '../support/add-to.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'

type File = { readonly path: string; readonly bytes: number; readonly onConflict?: ConflictPolicy }

type Scene = {
  /**
   * The files of each run of a sender, sent one after the other. What a run learns about the network decides how it
   * cuts the next file.
   */
  readonly runs: readonly (readonly File[])[]
  /** The first stream of chunks breaks when the receiver has acknowledged the first. */
  readonly breaks?: true
}

/**
 * Longer than a file that goes whole, and three chunks: how long the fourth is depends on how soon the first three were
 * acknowledged.
 */
const LARGE_BYTES = 160 * 1024 + 17

/** What is recorded. */
export const scenes: Readonly<Record<string, Scene>> = {
  'an upload': {
    runs: [
      [{ path: 'films/the harbour.mov', bytes: LARGE_BYTES }],
      [{ path: 'films/the harbour.mov', bytes: LARGE_BYTES, onConflict: 'refuse' }],
    ],
  },
  'a resume': { runs: [[{ path: 'Größe.bin', bytes: LARGE_BYTES }]], breaks: true },
  'small files': {
    runs: [
      [
        { path: 'notes/a.txt', bytes: 1000 },
        { path: 'notes/empty', bytes: 0 },
        { path: 'notes/a.txt', bytes: 17, onConflict: 'keep-both' },
        { path: 'notes/a.txt', bytes: 18, onConflict: 'refuse' },
      ],
    ],
  },
}

/** Both ends wait at most so long for each other, ms. */
const WITHIN_MS = 30_000

/**
 * Sends the files of a scene with the engine; `openCalls` tells how many calls the server still has. Files, keys and
 * times are always the same.
 */
export async function play({ runs }: Scene, address: string, openCalls: () => number): Promise<void> {
  const here = mkdtempSync(join(tmpdir(), 'longshore-conversation-'))
  let count = 0
  try {
    for (const files of runs) {
      const engine = await createEngine({
        resumeStore: memoryResumeStore(),
        options: { connections: 1, filesAtOnce: 1 },
      })
      try {
        for (const file of files) await send(engine, file, here, count++, address)
        // A stream of small files ends when none has followed for a while.
        await until(() => openCalls() === 0)
      } finally {
        await engine.close()
      }
    }
  } finally {
    rmSync(here, { recursive: true })
  }
}

async function send(
  engine: Engine,
  { path, bytes, onConflict = 'keep-both' }: File,
  here: string,
  index: number,
  receiver: string,
): Promise<void> {
  const source = join(here, String(index), path)
  mkdirSync(dirname(source), { recursive: true })
  writeFileSync(source, content(bytes, index))
  utimesSync(source, 1_700_000_000, 1_700_000_000)
  await addTo(engine, [source], {
    receiver,
    onConflict,
    into: path.split('/').slice(0, -1),
    batchId: `batch-of-the-scene-${index}`,
    begunBefore: { uploadKey: `key-of-the-scene-${index}` },
  })
  await until(() => engine.list().every(({ status }) => status.kind === 'done' || status.kind === 'failed'))
}

export async function until(isSo: () => boolean): Promise<void> {
  const endsAtMs = performance.now() + WITHIN_MS
  while (!isSo()) {
    if (performance.now() > endsAtMs) throw new Error('The two ends still wait for each other.')
    await delay(20)
  }
}

/** Differs from file to file and from chunk to chunk, and is short when it is compressed. */
function content(bytes: number, seed: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, index) => (index % 251) ^ ((index >> 16) * 7 + seed)))
}
