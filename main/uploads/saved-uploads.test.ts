import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { becomeSmallDisk } from '../../server/fixtures/small-disk.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { shardOf } from '../state/state-shards.ts'
import { openUploads, record } from '../testing/open-uploads.ts'

let directory: string
let told: string[]
beforeEach(() => {
  directory = tempDir()
  told = []
})

const open = () => openUploads(directory, told)

const shardPath = (id: string, suffix = '.json') => join(directory, 'uploads', shardOf(id) + suffix)
const keptFiles = () => readdirSync(join(directory, 'uploads')).filter((name) => name.includes('.corrupt-'))

/** A list of two uploads that are in different state shards, each written twice, so that both have a backup. */
async function savedTwice(): Promise<readonly [string, string]> {
  const ids = ['a', 'b'] as const
  expect(shardOf(ids[0])).not.toBe(shardOf(ids[1]))
  for (const rank of [1, 2]) {
    const uploads = open()
    const saved = uploads.put(ids.map((id) => record(id, { rank })))
    uploads.flush()
    await saved
  }
  return ids
}

test('records are there in the next run, whole and in order, and removed ones are not', async () => {
  const hashed = {
    hashedBytes: 5,
    md5State: Buffer.from([0, 0, 0, 0, 5, ...Buffer.alloc(151)]).toString('base64'),
    samples: [{ offset: 0, bytes: 5, crc32: 7 }],
    proof: { device: '2', inode: '9', modifiedAtNs: '1700000000000000001', changedAtNs: '1700000000000000002' },
  }
  const { proof: _, ...hashedByAnEarlierVersion } = hashed
  const kept = [
    record('a.b', { rank: 1, held: 'paused', folder: { id: 'f', name: 'photos' }, onConflict: 'skip-same', hashed }),
    record('old', { rank: 1.5, hashed: hashedByAnEarlierVersion }),
    record('__proto__', { rank: 2, held: { reason: 'SOURCE_CHANGED', message: 'The file changed.' } }),
    record('full', {
      rank: 3,
      held: { reason: 'QUOTA', message: 'Used up.', shortage: { neededBytes: 2, leftBytes: 1 } },
    }),
  ]
  const uploads = open()
  await uploads.put([...kept.toReversed(), record('gone')])
  const removed = uploads.remove(['gone', 'never-there'])
  uploads.flush()
  await removed
  expect(await open().list()).toEqual(kept)
  expect(told).toEqual([])
})

test('what a process that was killed left of a write is gone with the next start, and nothing else', async () => {
  await open().put([record('a')])
  const before = readdirSync(directory, { recursive: true }).sort()
  for (const name of ['settings.json', 'uploads/07.json'])
    writeFileSync(join(directory, `${name}.tmp-3812345678a1b2c3`), '{"upl')
  expect(await open().list()).toEqual([record('a')])
  expect(readdirSync(directory, { recursive: true }).sort()).toEqual(before)
})

test('a later record of the same upload takes the place of the earlier one', async () => {
  const uploads = open()
  await uploads.put([record('a')])
  const put = uploads.put([record('a', { rank: 2 })])
  uploads.flush()
  await put
  expect(await open().list()).toEqual([record('a', { rank: 2 })])
})

test('ten thousand changes cost one write of each state shard, and a single one a fiftieth of the list at most', async () => {
  const uploads = open()
  const puts = Array.from({ length: 10_000 }, (_, n) => uploads.put([record(`u${n}`, { rank: n })]))
  await Promise.all([...puts, uploads.put([]), uploads.remove(['never-there'])])
  expect(await open().list()).toHaveLength(10_000)
  const before = filesOfTheList()
  expect(before.filter(({ name }) => name.includes('backup'))).toEqual([])

  await uploads.remove(['u77'])
  const kept = new Set(before.map(({ ino }) => ino))
  const written = filesOfTheList().filter(({ name, ino }) => !name.includes('backup') && !kept.has(ino))
  expect(written.map(({ name }) => name)).toEqual([`${shardOf('u77')}.json`])
  const wholeBytes = before.reduce((sum, { size }) => sum + size, 0)
  expect(written[0]?.size).toBeLessThan(wholeBytes / 50)
  expect(await open().list()).toHaveLength(9_999)
})

test('other work gets its turn between the writes of ten thousand records', async () => {
  const uploads = open()
  let turns = 0
  let isWriting = true
  const count = () => {
    turns++
    if (isWriting) setImmediate(count)
  }
  setImmediate(count)
  await uploads.put(Array.from({ length: 10_000 }, (_, n) => record(`u${n}`)))
  isWriting = false
  expect(turns).toBeGreaterThan(60)
})

test('a put has reached the disk when it resolves, for its owner only', async () => {
  await open().put([record('a')])
  expect(JSON.parse(readFileSync(shardPath('a'), 'utf8'))).toEqual({
    uploads: [record('a')],
    version: 2,
    writtenBy: '0.2.0',
  })
  expect(statSync(shardPath('a')).mode & 0o777).toBe(0o600)
})

test.each([
  ['empty', ''],
  ['truncated', '{"uploads":[{"id":"'],
  ['full of NUL', '\0'.repeat(64)],
  ['an array', '[]'],
])(
  '[G7] a state shard that is %s is replaced by its backup, set aside and told; the others are as they were',
  async (_what, damaged) => {
    const [a, b] = await savedTwice()
    writeFileSync(shardPath(a), damaged)
    expect(await open().list()).toEqual([record(a, { rank: 1 }), record(b, { rank: 2 })])
    expect(keptFiles()).toHaveLength(1)
    expect(readFileSync(join(directory, 'uploads', keptFiles()[0] ?? ''), 'utf8')).toBe(damaged)
    expect(told).toEqual([expect.stringMatching(/before the last change is used.*\.corrupt-/)])
  },
)

test('[G7] state shards that are damaged with their backups cost only their own uploads, and one notice', async () => {
  const [a, b] = await savedTwice()
  await open().put([record('c')])
  for (const id of [a, b]) {
    writeFileSync(shardPath(id), '')
    writeFileSync(shardPath(id, '.backup.json'), '')
  }
  expect(await open().list()).toEqual([record('c')])
  expect(keptFiles()).toHaveLength(2)
  expect(told).toEqual([expect.stringMatching(/uploads may be missing.*and 1 more/)])
})

test('a record that is not whole is left out, told, and kept in a copy', async () => {
  const broken = { ...record('b'), path: '../../etc/passwd' }
  writeFileSync(join(directory, 'uploads.json'), JSON.stringify({ uploads: [record('a'), broken, null, 'x'] }))
  expect(await open().list()).toEqual([record('a')])
  expect(told).toEqual([expect.stringMatching(/Parts of the list of uploads.*uploads\.corrupt-/)])
})

test('a list that is no list is left out, told, and kept', async () => {
  writeFileSync(join(directory, 'uploads.json'), '{"uploads":{"a":1}}')
  expect(await open().list()).toEqual([])
  expect(told).toHaveLength(1)
})

test('what only saves work is forgotten when it makes no sense; the upload is not', async () => {
  mkdirSync(join(directory, 'uploads'))
  const hashed = { hashedBytes: -1, md5State: '', samples: [] }
  writeFileSync(shardPath('a'), JSON.stringify({ uploads: [{ ...record('a'), hashed }], version: 2 }))
  expect(await open().list()).toEqual([record('a')])
  expect(told).toEqual([])
})

test('an upload whose key no receiver would take goes on under another', async () => {
  mkdirSync(join(directory, 'uploads'))
  writeFileSync(shardPath('a'), JSON.stringify({ uploads: [{ ...record('a'), uploadKey: 'a b' }], version: 2 }))
  expect(await open().list()).toEqual([record('a', { uploadKey: expect.stringMatching(/^[0-9a-f]{32}$/) })])
  expect(told).toEqual([])
})

test('[G8] a disk that is full is told by each change in the same words, and the next write has it all', async (context) => {
  becomeSmallDisk(directory, 1, context)
  const filler = join(directory, 'filler')
  expect(() => writeFileSync(filler, Buffer.alloc(2 ** 21))).toThrow('ENOSPC')
  const uploads = open()
  const sentences = new Set<string>()
  for (const [rank, id] of ['a', 'b', 'c'].entries()) {
    const put = uploads.put([record(id, { rank })])
    if (rank > 0) uploads.flush()
    await put.catch((error: Error) => sentences.add(error.message))
  }
  expect([...sentences]).toEqual([
    expect.stringMatching(/its disk is full \(ENOSPC\)\. Uploads go on, but unfinished ones are forgotten/),
  ])
  rmSync(filler)
  await uploads.remove(['c'])
  expect(await open().list()).toEqual([record('a', { rank: 0 }), record('b', { rank: 1 })])
})

test('a change in the middle of a write is not lost, and a flush in the middle of it wins', async () => {
  const uploads = open()
  for (let round = 0; round < 24; round++) {
    const slow = uploads.put([record('a', { rank: round })])
    // Somewhere between the steps of the write that is under way.
    for (let turn = 0; turn < round; turn++) await new Promise((resolve) => setImmediate(resolve))
    const late = uploads.put([record('a', { rank: round + 0.5 })])
    uploads.flush()
    expect((await open().list()).map(({ rank }) => rank)).toEqual([round + 0.5])
    await Promise.all([slow, late])
    expect((await open().list()).map(({ rank }) => rank)).toEqual([round + 0.5])
  }
})

/** Each write of a file gives it another inode. */
function filesOfTheList() {
  const folder = join(directory, 'uploads')
  return readdirSync(folder).map((name) => {
    const { ino, size } = statSync(join(folder, name))
    return { name, ino, size }
  })
}
