import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ResumeRecord, SENDER_MARK } from '../../main/engine/engine.ts'
import { UsageError } from '../shared/usage-error.ts'
import { openSendMemory } from './send-memory.ts'

let state: string
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'longshore-memory-'))
})
afterEach(() => rmSync(state, { recursive: true, force: true }))

const identity = { sizeBytes: 5, modifiedAtMs: 7, inode: '9' }
const record: ResumeRecord = {
  id: 'u1',
  uploadKey: 'key-of-the-first-run',
  source: '/a/film.mov',
  identity,
  path: ['film.mov'],
  receiver: 'box:50051',
  onConflict: 'keep-both',
  rank: 1,
}
/** A running MD5 of five bytes, as far as its length and its count tell. */
const MD5_STATE = Buffer.from([0, 0, 0, 0, 5, ...Buffer.alloc(151)]).toString('base64')
const command = { to: 'box:50051', paths: ['film.mov'] }

test('the same command finds the keys of what it did not finish', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  const second = openSendMemory(state, command)
  expect(second.begunBefore(record)?.uploadKey).toBe('key-of-the-first-run')
  expect(second.begunBefore({ ...record, identity: { sizeBytes: 6, modifiedAtMs: 7, inode: '9' } })).toBeUndefined()
  await second.close()
  const other = openSendMemory(state, { ...command, to: 'elsewhere:1' })
  expect(other.begunBefore(record)).toBeUndefined()
  await other.close()
})

test('it finds which of its equals each was, so that it keeps its name', async () => {
  const batch = { batchId: 'b'.repeat(32), sourceId: 's', sameName: 2 }
  const first = openSendMemory(state, command)
  await first.store.put([{ ...record, batch }])
  await first.close()
  const second = openSendMemory(state, command)
  expect(second.begunBefore(record)?.batch).toEqual(batch)
  await second.close()
})

test('a run that ends before it has queued anything forgets nothing', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  await openSendMemory(state, command).close()
  const third = openSendMemory(state, command)
  expect(third.begunBefore(record)?.uploadKey).toBe('key-of-the-first-run')
  await third.close()
})

test('when everything is finished nothing is left behind', async () => {
  const memory = openSendMemory(state, command)
  await memory.store.put([record])
  await memory.store.remove(['u1'])
  await memory.close()
  expect(readdirSync(join(state, 'sends'))).toEqual([])
})

test('the same command twice at once is refused, and a lock of a dead process is not in the way', async () => {
  const first = openSendMemory(state, command)
  expect(() => openSendMemory(state, command)).toThrow(UsageError)
  await first.close()
  const [file] = [readdirSync(join(state, 'sends'))]
  expect(file).toEqual([])
  const again = openSendMemory(state, command)
  const lock = readdirSync(join(state, 'sends')).find((name) => name.endsWith('.lock')) as string
  await again.close()
  writeFileSync(join(state, 'sends', lock), JSON.stringify({ pid: 999_999_999 }))
  await openSendMemory(state, command).close()
})

test('a damaged memory is set aside, not lost and not believed', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  const file = readdirSync(join(state, 'sends'))[0] as string
  writeFileSync(join(state, 'sends', file), '[{"source": "/a/fi')
  const second = openSendMemory(state, command)
  expect(second.begunBefore(record)).toBeUndefined()
  await second.close()
  expect(readdirSync(join(state, 'sends')).some((name) => name.includes('.corrupt-'))).toBe(true)
})

/** Writes these into the memory, whatever they are, and answers its file. */
async function memoryOf(entries: readonly unknown[]): Promise<string> {
  const memory = openSendMemory(state, command)
  await memory.store.put([record])
  await memory.close()
  const file = join(state, 'sends', readdirSync(join(state, 'sends'))[0] as string)
  writeFileSync(file, JSON.stringify(entries))
  return file
}

/** What the next run of the same command finds. */
async function nextRun<T>(look: (memory: ReturnType<typeof openSendMemory>) => T): Promise<T> {
  const memory = openSendMemory(state, command)
  try {
    return look(memory)
  } finally {
    await memory.close()
  }
}

test('equal entries are several uploads, each with the key of its own', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record, { ...record, id: 'u2', uploadKey: 'key-of-the-second' }])
  await first.close()
  const keys = await nextRun((memory) => [1, 2, 3].map(() => memory.begunBefore(record)?.uploadKey))
  expect(keys).toEqual(['key-of-the-first-run', 'key-of-the-second', undefined])
})

test('a key that an earlier version kept for two entries is handed out once', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record, { ...record, id: 'u2' }])
  await first.close()
  const keys = await nextRun((memory) => [1, 2].map(() => memory.begunBefore(record)?.uploadKey))
  expect(keys).toEqual(['key-of-the-first-run', undefined])
})

test('times are compared by nanoseconds where both are known', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  const at = (modifiedAtNs: string) => ({ ...record, identity: { ...identity, modifiedAtNs } })
  expect(await nextRun((memory) => memory.begunBefore(at('7000001'))?.uploadKey)).toBe('key-of-the-first-run')
  const second = openSendMemory(state, command)
  await second.store.put([at('7000001')])
  await second.close()
  expect(await nextRun((memory) => memory.begunBefore(at('7000002')))).toBeUndefined()
})

test('what was begun of a file before it changed is told, to be withdrawn', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record, { ...record, id: 'u2', source: '/a/other.mov', uploadKey: 'key-of-another-file' }])
  await first.close()
  const changed = { ...record, identity: { ...identity, sizeBytes: 6 } }
  expect(await nextRun((memory) => [memory.begunBefore(changed), memory.outdated([changed, changed])])).toEqual([
    undefined,
    ['key-of-the-first-run'],
  ])
  expect(await nextRun((memory) => [memory.begunBefore(record)?.uploadKey, memory.outdated([record])])).toEqual([
    'key-of-the-first-run',
    [],
  ])
})

test('a file that is finished keeps its digest until all are', async () => {
  const proof = { device: '1', inode: '9', modifiedAtNs: '7000001', changedAtNs: '8000001' }
  const hashed = { hashedBytes: 5, md5State: MD5_STATE, samples: [], proof }
  const first = openSendMemory(state, command)
  await first.store.put([record, { ...record, id: 'u2', source: '/a/other.mov', uploadKey: 'key-of-another-file' }])
  const written = first.store.remove(['u1'], { ...record, hashed })
  await first.close()
  await written
  expect(await nextRun((memory) => memory.begunBefore(record))).toEqual({ uploadKey: record.uploadKey, hashed })
})

test('digests of finished files are written by themselves, many with one write', async () => {
  const records = Array.from({ length: 50 }, (_, n) => ({
    ...record,
    id: `u${n}`,
    uploadKey: `key-of-the-file-${n}`,
    source: `/${n}`,
  }))
  const proof = { device: '1', inode: '9', modifiedAtNs: '7000001', changedAtNs: '8000001' }
  const hashed = { hashedBytes: 5, md5State: MD5_STATE, samples: [], proof }
  const memory = openSendMemory(state, command)
  await memory.store.put(records)
  const file = join(state, 'sends', readdirSync(join(state, 'sends')).find((name) => name.endsWith('.json')) as string)
  const before = readFileSync(file, 'utf8')
  const removed = records.slice(1).map((one) => memory.store.remove([one.id], { ...one, hashed }))
  expect(readFileSync(file, 'utf8')).toBe(before)
  await Promise.all(removed)
  expect(JSON.parse(readFileSync(file, 'utf8')).filter((kept: ResumeRecord) => kept.hashed)).toHaveLength(49)
  await memory.close()
})

test('what somebody wrote into the memory is not believed further than it is whole', async () => {
  const first = openSendMemory(state, command)
  await first.store.put([record])
  await first.close()
  const file = join(state, 'sends', readdirSync(join(state, 'sends'))[0] as string)
  writeFileSync(file, JSON.stringify([null, 5, { source: 1 }, { ...record, hashed: { hashedBytes: -1 } }]))
  expect(await nextRun((memory) => memory.begunBefore(record))).toEqual({ uploadKey: record.uploadKey })
})

test.each([
  ['no identity, but null', { identity: null }],
  ['an identity with nothing in it', { identity: {} }],
  ['a key that no receiver takes', { uploadKey: 'a b' }],
  ['a path that is no list', { path: 'film.mov' }],
  ['something else for a batch', { batch: 7 }],
])('of an entry with %s nothing is believed, and those beside it are', async (_what, spoiled) => {
  const other = { ...record, id: 'u2', source: '/a/other.mov', uploadKey: 'key-of-another-file' }
  const file = await memoryOf([{ ...record, ...spoiled }, other])
  expect(await nextRun((memory) => [record, other].map((one) => memory.begunBefore(one)?.uploadKey))).toEqual([
    undefined,
    'key-of-another-file',
  ])
  expect(readdirSync(join(state, 'sends'))).toEqual([basename(file)])
})

test.each([
  ['a running MD5 of another length', { md5State: 'AAAA' }],
  ['more hashed than there is of the file', { hashedBytes: 6 }],
  ['less hashed than went into it', { hashedBytes: 4, samples: [] }],
  ['a chunk beyond what is hashed', { samples: [{ offset: 3, bytes: 3, crc32: 1 }] }],
])('a digest with %s is forgotten, and the key is not', async (_what, spoiled) => {
  const hashed = { hashedBytes: 5, md5State: MD5_STATE, samples: [{ offset: 0, bytes: 5, crc32: 1 }] }
  await memoryOf([{ ...record, hashed }])
  expect(await nextRun((memory) => memory.begunBefore(record))).toEqual({ uploadKey: record.uploadKey, hashed })
  await memoryOf([{ ...record, hashed: { ...hashed, ...spoiled } }])
  expect(await nextRun((memory) => memory.begunBefore(record))).toEqual({ uploadKey: record.uploadKey })
})

test('a folder in the place of the memory is set aside', async () => {
  const file = await memoryOf([])
  rmSync(file)
  mkdirSync(file)
  expect(await nextRun((memory) => memory.begunBefore(record))).toBeUndefined()
  expect(readdirSync(join(state, 'sends'))).toEqual([expect.stringContaining('.corrupt-')])
})

test('the folder is marked, so that nobody sends it', async () => {
  expect(SENDER_MARK.text).toMatch(/^Longshore keeps private state/)
  await openSendMemory(state, command).close()
  expect(readFileSync(join(state, SENDER_MARK.name), 'utf8')).toBe(SENDER_MARK.text)
})
