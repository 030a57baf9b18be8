import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile, makeUndated, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const LARGE = 3 * CHUNK_BYTES
const SMALL = 10_000

/**
 * A file that something happens to on this computer when the receiver has stored it and its answer is still on the way.
 */
async function storedAndThen(bytes: number, happens: (source: string) => void) {
  const [here, there] = [tempDir(), tempDir()]
  const source = join(here, 'a.bin')
  const md5 = makeUndated(source, bytes, 1)
  const receiver = await withReceiver(there)
  let isFirst = true
  receiver.onStored(() => {
    if (isFirst) happens(source)
    isFirst = false
  })
  const engine = await withEngine()
  const { ids } = await addTo(engine, [source], { receiver: receiver.address })
  return { source, md5, there, engine, ids }
}

test.each([LARGE, SMALL])(
  'a file of %d bytes that is rewritten while the answer is on its way is not done, and then sent anew as it is',
  async (bytes) => {
    const { source, there, engine, ids } = await storedAndThen(bytes, (path) => makeFile(path, bytes, 2))
    expect(await untilKind(engine, 'failed')).toMatchObject([{ reason: 'SOURCE_CHANGED' }])
    engine.retry(ids)
    const now = md5OfFile(source)
    expect(await untilKind(engine, 'done')).toMatchObject([{ storedAs: 'a (2).bin', digest: { hex: now } }])
    expect(md5OfFile(join(there, 'a (2).bin'))).toBe(now)
  },
)

test.each([
  ['rewritten behind its time', LARGE, 2, 'a (2).bin'],
  ['rewritten behind its time', SMALL, 2, 'a (2).bin'],
  ['touched', LARGE, 1, 'a.bin'],
  ['touched', SMALL, 1, 'a.bin'],
])(
  'a file that is %s while the answer is on its way (%d bytes) is read again',
  async (_what, bytes, seed, storedAs) => {
    const { source, engine } = await storedAndThen(bytes, (path) => makeUndated(path, bytes, seed))
    expect(await untilKind(engine, 'done')).toMatchObject([{ storedAs, digest: { hex: md5OfFile(source) } }])
  },
)

test.each([LARGE, SMALL])('a file of %d bytes that is removed once the receiver has it is done', async (bytes) => {
  const { md5, engine } = await storedAndThen(bytes, (path) => rmSync(path))
  expect(await untilKind(engine, 'done')).toMatchObject([{ storedAs: 'a.bin', digest: { hex: md5 } }])
})

test('a small file that changes while it waits for its turn behind a limit is not sent as it was', async () => {
  const [here, there] = [tempDir(), tempDir()]
  for (const name of ['1', '2', '3']) makeFile(join(here, name), 40_000)
  const { address } = await withReceiver(there)
  const engine = await withEngine()
  engine.limitRate(64 * 1024)
  await addTo(engine, [join(here, '1'), join(here, '2'), join(here, '3')], { receiver: address })
  await untilAll(engine, ({ status, name }) => name !== '1' || status.kind === 'done')
  makeFile(join(here, '3'), 30_000)
  await untilAll(engine, ({ status }) => ['done', 'failed'].includes(status.kind))
  expect(engine.list().map(({ status }) => status)).toMatchObject([
    { kind: 'done' },
    { kind: 'done' },
    { kind: 'failed', reason: 'SOURCE_CHANGED' },
  ])
  expect(engine.list()[2]?.status).not.toHaveProperty('bytesSent')
  expect(readdirSync(there).sort()).toEqual(['.longshore', '1', '2'])
})
