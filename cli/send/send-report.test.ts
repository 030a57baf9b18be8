import { resolve } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { UploadSnapshot, UploadStatus } from '../../main/contract/contract.ts'
import { createJsonReport, createPathNamer } from './send-report.ts'

const upload = (status: UploadStatus): UploadSnapshot => ({
  id: 'u1',
  name: 'a.bin',
  path: 'a.bin',
  sizeBytes: 100,
  receiver: 'box:1',
  rank: 1,
  status,
})

test('progress is told at most five times a second for each file, ends always', () => {
  const lines: string[] = []
  let nowMs = 0
  const report = createJsonReport(
    (line) => lines.push(line),
    () => nowMs,
  )
  for (nowMs = 0; nowMs < 1000; nowMs += 10) report.progress('a.bin', upload({ kind: 'sending', bytesStored: nowMs }))
  expect(lines).toHaveLength(5)
  expect(lines[1]).toBe('{"event":"progress","path":"a.bin","bytesStored":200,"bytesTotal":100,"bytesPerSecond":0}\n')
  report.done(
    'a.bin',
    upload({
      kind: 'done',
      storedAs: 'a (2).bin',
      digest: { kind: 'xxh128', hex: 'm' },
      bytesSent: 60,
      finishedAtMs: 1,
    }),
  )
  report.done(
    'c.bin',
    upload({ kind: 'done', storedAs: 'c', digest: { kind: 'md5', hex: 'm' }, bytesSent: 0, finishedAtMs: 1 }),
  )
  report.failed('b', 'DISK_FULL', 'Full.')
  report.failed('b', 'QUOTA', 'Used up.', { neededBytes: 8192, leftBytes: 0 })
  report.interrupted('b', 'DISK_FULL', 'Full. Trying again.', { neededBytes: 12, leftBytes: 3 })
  report.interrupted('b', 'BUSY', 'Busy. Trying again.')
  report.skipped('p', 'NOT_A_FILE', 'It is a pipe.')
  report.summary({ files: 2, failed: 1, emptyFolders: 3, bytes: 100, bytesSent: 60, seconds: 0.5 })
  expect(lines.slice(5)).toEqual([
    '{"event":"done","path":"a.bin","storedAs":"a (2).bin","bytes":100,"bytesSent":60,"digest":"xxh128:m","verified":true}\n',
    '{"event":"done","path":"c.bin","storedAs":"c","bytes":100,"bytesSent":0,"digest":"md5:m","md5":"m","verified":true}\n',
    '{"event":"failed","path":"b","reason":"DISK_FULL","message":"Full."}\n',
    '{"event":"failed","path":"b","reason":"QUOTA","message":"Used up.","neededBytes":8192,"leftBytes":0}\n',
    '{"event":"interrupted","path":"b","reason":"DISK_FULL","message":"Full. Trying again.","neededBytes":12,"leftBytes":3}\n',
    '{"event":"skipped","path":"p","reason":"NOT_A_FILE","message":"It is a pipe."}\n',
    '{"event":"summary","files":2,"failed":1,"bytes":100,"bytesSent":60,"seconds":0.5}\n',
  ])
})

test('files are named the way the person wrote the paths', () => {
  const nameOf = createPathNamer(['./x/', 'y.bin'])
  expect(nameOf(resolve('y.bin'))).toBe('y.bin')
  expect(nameOf(resolve('x/in/z.bin'))).toBe('./x/in/z.bin')
  expect(nameOf('/elsewhere')).toBe('/elsewhere')
})

test('the last word before a standstill is told as soon as it may be', () => {
  vi.useFakeTimers()
  const lines: string[] = []
  const report = createJsonReport((line) => lines.push(line))
  for (const bytesStored of [0, 10, 20]) report.progress('a.bin', upload({ kind: 'sending', bytesStored }))
  expect(lines).toHaveLength(1)
  vi.advanceTimersByTime(200)
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('"bytesStored":20')
  report.progress('a.bin', upload({ kind: 'sending', bytesStored: 30 }))
  report.failed('a.bin', 'X', 'x')
  vi.advanceTimersByTime(1000)
  expect(lines.at(-1)).toContain('"failed"')
  vi.useRealTimers()
})
