import { expect, test } from 'vitest'
import type { UploadSnapshot, UploadStatus } from '../../main/contract/contract.ts'
import type { Engine, EngineChange } from '../../main/engine/engine.ts'
import type { Reason } from '../../proto/reasons.ts'
import { followUploads } from './follow-uploads.ts'
import type { SendReport } from './send-report.ts'

const interrupted = (reason: Reason, message: string): UploadStatus => ({
  kind: 'interrupted',
  reason,
  message,
  retryAtMs: 0,
})

/** What is said of one upload that goes through these statuses and then fails. */
async function notesOn(statuses: readonly UploadStatus[], isThreeRpc: boolean): Promise<readonly string[]> {
  const notes: string[] = []
  const report: SendReport = {
    note: (text) => void notes.push(text),
    interrupted: (path, _reason, message, shortage) =>
      void notes.push(shortage === undefined ? message : `${path}: ${message} ${JSON.stringify(shortage)}`),
    progress() {},
    limitedBy() {},
    skipped() {},
    failed() {},
    done() {},
    summary() {},
  }
  let tell: (change: EngineChange) => void = () => undefined
  const upload = { id: 'u1', name: 'a', path: 'a', sizeBytes: 1, receiver: 'box:1', rank: 1 }
  const failed: UploadStatus = { kind: 'failed', reason: 'UNREACHABLE', message: 'Gone.' }
  const engine = {
    sourceOf: () => '/a',
    onChange: (listener: typeof tell) => {
      tell = listener
      return () => undefined
    },
  } as Partial<Engine> as Engine
  const add = async () => {
    for (const status of [...statuses, failed]) {
      const snapshot: UploadSnapshot = { ...upload, status }
      tell({ changed: [snapshot], removed: [] })
    }
    return { ids: ['u1'], skipped: [] }
  }
  await followUploads(engine, [], add, String, report, () => isThreeRpc)
  return notes
}

const silence = 'The receiver did not answer QueryUploadedChunks within 30 s.'

test('trouble with a receiver that never answered is not told, for it is given up soon', async () => {
  expect(await notesOn([interrupted('UNREACHABLE', 'Off.')], false)).toEqual([])
})

test('trouble with a three-rpc receiver is told although nothing arrived yet, once', async () => {
  const statuses = [interrupted('UNREACHABLE', silence), interrupted('UNREACHABLE', silence)]
  expect(await notesOn(statuses, true)).toEqual([`${silence} Trying again until it works.`])
})

test('what is tried only once more is not said to be tried until it works', async () => {
  expect(await notesOn([interrupted('FINAL_CHECKSUM', 'Other.')], true)).toEqual(['Other. Trying once more.'])
  const told = await notesOn([interrupted('INCOMPLETE', 'The receiver answered: no')], true)
  expect(told).toEqual(['The receiver answered: no. Trying again until it works.'])
})

test('what a receiver has too little of is told with its figures, before anything arrived', async () => {
  const shortage = { neededBytes: 12, leftBytes: 3 }
  const full: UploadStatus = { kind: 'interrupted', reason: 'DISK_FULL', message: 'Full.', shortage, retryAtMs: 0 }
  expect(await notesOn([full, full], false)).toEqual([
    '/a: Full. Trying again until it works. {"neededBytes":12,"leftBytes":3}',
  ])
})
