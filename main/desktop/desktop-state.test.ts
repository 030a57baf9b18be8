import { expect, test } from 'vitest'
import type { UploadSnapshot, UploadStatus } from '../contract/contract.ts'
import { desktopWords } from '../notices/desktop-words.ts'
import { type Activity, type ActivityChange, createActivity } from './activity.ts'
import { inWords, newsOf, taskbarProgress } from './desktop-state.ts'

const words = desktopWords('en', 'de')
const quiet: Activity = { active: 0, unfinished: 0, paused: 0, done: 0, failed: 0 }

test.each([
  [{}, 'Nothing to send'],
  [{ paused: 2 }, '2 files paused'],
  [{ unfinished: 1 }, '1 file to go, waiting for the receiver'],
  [{ active: 1, unfinished: 3, share: 0.999 }, '99%, 3 files to go'],
  [{ active: 1, unfinished: 1 }, '1 file to go'],
])('%j reads in the tray as %s', (part, said) => {
  expect(inWords({ ...quiet, ...part }, words)).toBe(said)
})

test('a number of files is told in the forms of the language', () => {
  const chinese = desktopWords('zh-CN', 'en')
  expect([0, 1, 2].map(words.sent)).toEqual([
    '0 files verified and stored.',
    '1 file verified and stored.',
    '2 files verified and stored.',
  ])
  expect([words.sentAndFailed(1, 2), words.sending(1, 0)]).toEqual([
    '1 file verified and stored, 2 failed.',
    '0%, 1 file to go',
  ])
  expect([chinese.sent(1), chinese.sentAndFailed(1200, 2)]).toEqual([
    '1 个文件已校验并保存。',
    '1200 个文件已校验并保存，2 个失败。',
  ])
  expect([chinese.sending(1, 42), chinese.sending(2, undefined)]).toEqual(['42%，还剩 1 个文件', '还剩 2 个文件'])
})

test('the words follow the choice, and without one the system', () => {
  const said = [desktopWords('system', 'zh-Hans-SG'), desktopWords('zh-CN', 'en-GB'), desktopWords('en', 'zh-CN')]
  expect(said.map(({ quit }) => quit)).toEqual(['退出 Longshore', '退出 Longshore', 'Quit Longshore'])
})

test.each([
  [{}, { value: -1, mode: 'none' }],
  [
    { active: 1, unfinished: 2, share: 0.429 },
    { value: 0.42, mode: 'normal' },
  ],
  [
    { unfinished: 2, share: 0.429 },
    { value: 0.42, mode: 'paused' },
  ],
  [
    { active: 1, unfinished: 2, failed: 1, share: 0.429 },
    { value: 0.42, mode: 'error' },
  ],
  [
    { done: 3, failed: 1 },
    { value: 1, mode: 'error' },
  ],
  [{ done: 3 }, { value: -1, mode: 'none' }],
])('%j is %j in the taskbar', (part, progress) => {
  expect(taskbarProgress({ ...quiet, ...part })).toEqual(progress)
})

test('a thousand files are two notifications at most: the first failure, and the end', () => {
  const upload = (n: number, status: UploadStatus): UploadSnapshot => ({
    id: `${n}`,
    name: `${n}.bin`,
    path: `${n}.bin`,
    sizeBytes: 1,
    receiver: 'nas',
    rank: n,
    status,
  })
  const activity = createActivity(Array.from({ length: 1000 }, (_, n) => upload(n, { kind: 'waiting' })))
  const said: unknown[] = []
  for (let n = 0; n < 1000; n++) {
    const status: UploadStatus =
      n % 2 === 1
        ? { kind: 'failed', reason: 'DISK_FULL', message: 'Full.' }
        : { kind: 'done', storedAs: 'a', bytesSent: 1, finishedAtMs: 1 }
    const news = newsOf(activity.heed({ changed: [upload(n, status)], removed: [] }), words)
    if (news !== undefined) said.push(news)
  }
  expect(said).toEqual([
    { title: '1.bin could not be sent', body: 'The others go on.' },
    { title: 'Not everything could be sent', body: '500 files verified and stored, 500 failed.' },
  ])
})

test('an end without failures is told as one', () => {
  const change: ActivityChange = { now: { ...quiet, done: 1 }, finished: [], failed: [], isOver: true }
  expect(newsOf(change, words)).toEqual({ title: 'Everything is sent', body: '1 file verified and stored.' })
})
