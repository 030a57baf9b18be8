import { expect, test } from 'vitest'
import type { ResumeRecord } from '../source/resume-store.ts'
import { isSmallFile } from './small-files.ts'

const identity = { sizeBytes: 1000, modifiedAtMs: 0, inode: '1' }
const small: ResumeRecord = {
  id: 'a',
  uploadKey: 'key',
  source: '/a',
  identity,
  path: ['a'],
  receiver: 'nas',
  onConflict: 'keep-both',
  rank: 1,
}
const { identity: _, ...folder } = small

test.each([
  ['a small file', small, 1000, true],
  ['an empty file', { ...small, identity: { ...identity, sizeBytes: 0 } }, 1000, true],
  ['a file that is a byte too long', small, 999, false],
  ['any file to a receiver that takes none', { ...small, identity: { ...identity, sizeBytes: 0 } }, 0, false],
  ['an empty folder', folder, 1000, false],
  ['a file that may be there already', { ...small, onConflict: 'skip-same' }, 1000, false],
  [
    'a file that was hashed in an earlier run',
    { ...small, hashed: { hashedBytes: 1, md5State: '', samples: [] } },
    1000,
    false,
  ],
] as const)('%s, %#: whether it goes whole', (_name, record, most, isWhole) => {
  expect(isSmallFile(record, most)).toBe(isWhole)
})
