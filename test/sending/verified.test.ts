import { createHash } from 'node:crypto'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { ResumeRecord } from '../../main/engine/engine.ts'
import { createHashTasks } from '../../main/engine/source/hash-tasks.ts'
import type { SavedHashing } from '../../main/engine/source/resume-store.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addTo } from '../support/add-to.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile, makeUndated, md5OfFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const LARGE = 3 * CHUNK_BYTES
const SMALL = 10_000

/** A resume store that has never heard that anything was finished, as after a crash in that moment. */
function forgetfulOfEnds() {
  const store = memoryResumeStore()
  let last: ResumeRecord | undefined
  const remove = async (_ids: readonly string[], finished?: ResumeRecord): Promise<void> => {
    last = finished
  }
  return { ...store, remove, last: () => last }
}

/** A file that is finished on a receiver, and the records of a sender that does not know it yet. */
async function finishedUnawares(bytes: number) {
  const [here, there] = [tempDir(), tempDir()]
  const source = join(here, 'a.bin')
  const md5 = makeUndated(source, bytes, 1)
  const receiver = await withReceiver(there)
  const resumeStore = forgetfulOfEnds()
  const engine = await withEngine({ resumeStore })
  await addTo(engine, [source], { receiver: receiver.address })
  await untilKind(engine, 'done')
  await engine.close()
  return { source, md5, there, receiver, resumeStore }
}

test.each([
  ['large', LARGE],
  ['small', SMALL],
])(
  'a %s file that is finished on the receiver is not sent again, and its digest is computed anew',
  async (_size, bytes) => {
    const { md5, there, resumeStore } = await finishedUnawares(bytes)
    const engine = await withEngine({ resumeStore })
    expect(await untilKind(engine, 'done')).toMatchObject([{ storedAs: 'a.bin', digest: { hex: md5 }, bytesSent: 0 }])
    expect(readdirSync(there).sort()).toEqual(['.longshore', 'a.bin'])
  },
)

test.each([
  ['large', LARGE],
  ['small', SMALL],
])(
  'a %s file that was rewritten behind its size and time after it was finished is sent as it is now',
  async (_size, bytes) => {
    const { source, md5, there, resumeStore } = await finishedUnawares(bytes)
    const now = makeUndated(source, bytes, 2)
    const engine = await withEngine({ resumeStore })
    expect(await untilKind(engine, 'done')).toMatchObject([
      { storedAs: 'a (2).bin', digest: { hex: now }, bytesSent: bytes },
    ])
    expect([md5OfFile(join(there, 'a.bin')), md5OfFile(join(there, 'a (2).bin'))]).toEqual([md5, now])
  },
)

test('the key of a small file that was finished with other content is not used for this one', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const source = join(here, 'a.txt')
  makeUndated(source, SMALL, 1)
  const { address } = await withReceiver(there)
  const engine = await withEngine()
  const add = { receiver: address, begunBefore: { uploadKey: 'a-key-of-an-earlier-run' } }
  const { ids } = await addTo(engine, [source], add)
  await untilKind(engine, 'done')
  engine.clear(ids)
  const now = makeUndated(source, SMALL, 2)
  await addTo(engine, [source], add)
  expect(await untilKind(engine, 'done')).toMatchObject([{ storedAs: 'a (2).txt', digest: { hex: now } }])
})

test('no two uploads of a run go by one key, whatever an earlier run says', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const source = join(here, 'a.txt')
  const md5 = makeFile(source, SMALL)
  const { address } = await withReceiver(there)
  const resumeStore = memoryResumeStore()
  const engine = await withEngine({ resumeStore })
  const add = { receiver: address, begunBefore: { uploadKey: 'a-key-of-an-earlier-run' } }
  await addTo(engine, [source, source], add)
  const keys = [...resumeStore.records.values()].map(({ uploadKey }) => uploadKey)
  expect(new Set(keys).size).toBe(2)
  const done = await untilKind(engine, 'done')
  expect(done.map(({ storedAs }) => storedAs).sort()).toEqual(['a (2).txt', 'a.txt'])
  expect(done.map((status) => status.digest?.hex)).toEqual([md5, md5])
})

test('what was sent of a file before it changed is withdrawn when it is sent anew', async () => {
  const source = join(tempDir(), 'a.bin')
  makeFile(source, 10 * CHUNK_BYTES)
  const { there, proxy, address } = await heldReceiver(2 * CHUNK_BYTES)
  const engine = await withEngine()
  const { ids } = await addTo(engine, [source], { receiver: address })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored > 0)
  appendFileSync(source, 'more')
  proxy.release()
  const [failed] = await untilKind(engine, 'failed')
  expect(failed).toMatchObject({ reason: 'SOURCE_CHANGED' })
  expect(failed?.bytesSent).toBeGreaterThan(0)
  expect(readdirSync(join(there, '.longshore/parts'))).toHaveLength(1)
  engine.retry(ids)
  await untilKind(engine, 'done')
  expect(readdirSync(join(there, '.longshore/parts'))).toEqual([])
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5OfFile(source))
})

test.each([
  ['rewritten meanwhile is sent as it is now', 2, 'a (2).bin'],
  ['left alone is done, and not sent again', 1, 'a.bin'],
])('a file that is paused in the moment in which it is finished and is %s', async (_what, seed, storedAs) => {
  const [here, there] = [tempDir(), tempDir()]
  const source = join(here, 'a.bin')
  makeUndated(source, LARGE, 1)
  const receiver = await withReceiver(there)
  const engine = await withEngine()
  const { ids } = await addTo(engine, [source], { receiver: receiver.address })
  let isFirst = true
  await new Promise<void>((resolve) => {
    receiver.onStored(() => {
      if (isFirst) engine.pause(ids)
      isFirst = false
      resolve()
    })
  })
  expect(engine.list()).toMatchObject([{ status: { kind: 'paused' } }])
  if (seed !== 1) makeUndated(source, LARGE, seed)
  engine.resume(ids)
  const [done] = await untilKind(engine, 'done')
  expect(done).toMatchObject({
    storedAs,
    digest: { hex: md5OfFile(source) },
    bytesSent: storedAs === 'a.bin' ? LARGE : 2 * LARGE,
  })
})

test.each([
  ['whose proof holds', {}, true],
  ['that came without a proof, as earlier versions saved it', { proof: undefined }, false],
  ['of a device that has another number now', { device: '1' }, false],
  ['of another change of the file within the same millisecond', { changedAtNs: '1' }, false],
])('a saved digest %s', async (_what, other, isBelieved) => {
  const source = join(tempDir(), 'a.bin')
  const size = 10 * CHUNK_BYTES
  const md5 = makeFile(source, size)
  const { there, proxy, address } = await heldReceiver(4 * CHUNK_BYTES)
  const resumeStore = memoryResumeStore()
  const engine = await withEngine({ resumeStore, options: { hashedAgainBytes: 0 } })
  await addTo(engine, [source], { receiver: address })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored > 2 * CHUNK_BYTES)
  await engine.close()
  proxy.release()

  // A digest that is believed although its state was spoiled shows at the end: then the file is sent anew, all of it.
  const [{ hashed, ...record } = {}] = [...resumeStore.records.values()]
  if (hashed?.proof === undefined) throw new Error('Nothing was saved.')
  const { prepare, take } = createHashTasks()
  await prepare('md5')
  const md5State = Buffer.from(take({ do: 'step', kind: 'md5', data: Buffer.alloc(0) }).state ?? []).toString('base64')
  const { proof, ...rest } = hashed
  const spoiled = { ...rest, md5State, ...('proof' in other ? {} : { proof: { ...proof, ...other } }) }
  await resumeStore.put([{ ...(record as ResumeRecord), hashed: spoiled }])
  const reopened = await withEngine({ resumeStore })
  const [done] = await untilKind(reopened, 'done')
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)
  expect((done?.bytesSent ?? 0) >= size).toBe(isBelieved)
})

/**
 * A file that was finished in an earlier run, of which something else is remembered than was the case; and what becomes
 * of it.
 */
async function rememberedOtherwise(bytes: number, spoil: (hashed: SavedHashing) => SavedHashing) {
  const { md5, resumeStore } = await finishedUnawares(bytes)
  const finished = resumeStore.last()
  if (finished?.hashed === undefined) throw new Error('Nothing was remembered.')
  await resumeStore.put([{ ...finished, hashed: spoil(finished.hashed) }])
  const [done] = await untilKind(await withEngine({ resumeStore }), 'done')
  return { md5, done }
}

test('a file that is not what was remembered of it, though its proof holds, is sent anew by itself', async () => {
  const { md5, done } = await rememberedOtherwise(LARGE, (hashed) => ({
    ...hashed,
    samples: hashed.samples.map((sample) => ({ ...sample, crc32: sample.crc32 ^ 1 })),
  }))
  expect(done).toMatchObject({ storedAs: 'a (2).bin', digest: { hex: md5 }, bytesSent: LARGE })
})

test.each([
  ['up to 64 MiB is computed anew', 64 * 1024 * 1024, 'a.bin'],
  ['beyond that is believed with its proof', 64 * 1024 * 1024 + 1, 'a (2).bin'],
])('the digest of a file that was finished in an earlier run and is %s', async (_what, bytes, storedAs) => {
  const whole = `md5:${createHash('md5').update('something else').digest('hex')}`
  const { md5, done } = await rememberedOtherwise(bytes, (hashed) => ({ ...hashed, whole }))
  expect(done).toMatchObject({ storedAs, digest: { hex: md5 } })
})

test('a finished file leaves the digest of all of it to a store that wants it, a small one nothing', async () => {
  const { resumeStore } = await finishedUnawares(LARGE)
  expect(resumeStore.last()?.hashed).toMatchObject({ hashedBytes: LARGE, proof: { inode: expect.any(String) } })
  expect((await finishedUnawares(SMALL)).resumeStore.last()).not.toHaveProperty('hashed')
})

test('with skip-same, a file that the receiver says it has is done with the digest that was computed here', async () => {
  const { source, md5, receiver } = await finishedUnawares(LARGE)
  const engine = await withEngine()
  await addTo(engine, [source], { receiver: receiver.address, onConflict: 'skip-same' })
  expect(await untilKind(engine, 'done')).toMatchObject([{ storedAs: 'a.bin', digest: { hex: md5 }, bytesSent: 0 }])
})

test('an empty file is done as an empty file', async () => {
  const [here, there] = [tempDir(), tempDir()]
  writeFileSync(join(here, 'empty'), '')
  const { address } = await withReceiver(there)
  const resumeStore = forgetfulOfEnds()
  const first = await withEngine({ resumeStore })
  await addTo(first, [join(here, 'empty')], { receiver: address })
  const md5 = 'd41d8cd98f00b204e9800998ecf8427e'
  expect(await untilKind(first, 'done')).toMatchObject([{ digest: { hex: md5 } }])
  await first.close()
  expect(await untilKind(await withEngine({ resumeStore }), 'done')).toMatchObject([
    { storedAs: 'empty', digest: { hex: md5 } },
  ])
})
