// @module-tag slow

import { randomBytes } from 'node:crypto'
import { unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, finish, md5Of, refusalOf, send, source, upload } from '../fixtures/client.ts'
import { fates, put, toPut } from '../fixtures/put.ts'
import { filesIn, receiving } from '../fixtures/receiving.ts'

/** A source of a batch that replaces what has its name. */
function of(batch: string, item: string) {
  return { onConflict: 'OVERWRITE', batchId: batch.padEnd(16, '-'), sourceId: item.padEnd(16, '-') } as const
}

test.each([
  ['clip.mov', 'clip.mov', 'clip (2).mov'],
  ['Readme', 'readme', 'readme (2)'],
  ['a?.txt', 'a:.txt', 'a_ (2).txt'],
  ['caf\u00e9', 'cafe\u0301', 'caf\u00e9 (2)'],
  ['nul.txt', 'nul_.txt', 'nul_ (2).txt'],
])('of one batch, %j and %j do not replace each other, large or small', async (one, other, numbered) => {
  for (const bytes of [100, CHUNK_BYTES]) {
    const { client, directory } = await receiving()
    const [first, second] = [source(one, randomBytes(bytes)), source(other, randomBytes(bytes))]
    const { storedAs } = await upload(client, first, of('today', '1'))
    expect((await upload(client, second, of('today', '2'))).storedAs).toBe(numbered)
    expect(await filesIn(directory)).toEqual({ [storedAs]: md5Of(first.data), [numbered]: md5Of(second.data) })
  }
})

test('many sources of one batch that finish at once under one name are all there', async () => {
  const { client, directory } = await receiving()
  const files = Array.from({ length: 12 }, () => source('clip.mov', randomBytes(1000)))
  await Promise.all(
    files.map(async (file, index) => {
      const begun = await begin(client, file, of('today', String(index)))
      await send(client, begun, chunksOf(file))
      return finish(client, begun, file.data)
    }),
  )
  expect(Object.values(await filesIn(directory)).sort()).toEqual(files.map(({ data }) => md5Of(data)).sort())
})

test('a source that is sent again, of the same batch or a later one, replaces its own file and makes no new one', async () => {
  const { client, directory } = await receiving()
  const send = async (name: string, batch: string, item: string) =>
    (await upload(client, source(name, Buffer.from(`${item} ${batch}`)), of(batch, item))).storedAs
  expect(await send('clip.mov', 'monday', 'cam1')).toBe('clip.mov')
  expect(await send('clip.mov', 'monday', 'cam2')).toBe('clip (2).mov')
  expect(await send('clip.mov', 'monday', 'cam1')).toBe('clip.mov')
  for (const day of ['tuesday', 'wednesday']) {
    expect(await send('clip.mov', day, 'cam1')).toBe('clip.mov')
    expect(await send('clip.mov', day, 'cam2')).toBe('clip (2).mov')
  }
  expect(await filesIn(directory)).toEqual({
    'clip.mov': md5Of(Buffer.from('cam1 wednesday')),
    'clip (2).mov': md5Of(Buffer.from('cam2 wednesday')),
  })
})

test('a name with a number that is somebody else\u2019s is not replaced for a source that only wanted the name without', async () => {
  const { client, directory } = await receiving()
  await upload(client, source('a (2).txt', Buffer.from('a file of that very name')), of('monday', 'x'))
  await writeFile(join(directory, 'a (3).txt'), 'by hand')
  await upload(client, source('a.txt', Buffer.from('1')), of('tuesday', '1'))
  expect((await upload(client, source('a.txt', Buffer.from('2')), of('tuesday', '2'))).storedAs).toBe('a (4).txt')
  expect(Object.keys(await filesIn(directory)).sort()).toEqual(['a (2).txt', 'a (3).txt', 'a (4).txt', 'a.txt'])
})

test('a source that was kept beside somebody else’s file, because it was sent without overwriting, replaces that file when it is', async () => {
  const { client, directory } = await receiving()
  await writeFile(join(directory, 'a.bin'), 'by hand')
  const keeping = { ...of('monday', '1'), onConflict: 'KEEP_BOTH' } as const
  expect((await upload(client, source('a.bin', Buffer.from('1')), keeping)).storedAs).toBe('a (2).bin')
  expect((await upload(client, source('a.bin', Buffer.from('2')), of('tuesday', '1'))).storedAs).toBe('a.bin')
  expect(await filesIn(directory)).toEqual({
    'a.bin': md5Of(Buffer.from('2')),
    'a (2).bin': md5Of(Buffer.from('1')),
  })
})

test.each([
  ['cam1', 'cam2'],
  ['cam2', 'cam1'],
] as const)(
  'sources that were kept beside each other replace their own files when they overwrite, %s first',
  async (...order) => {
    const { client, directory } = await receiving()
    const send = async (item: string, batch: string, onConflict: 'KEEP_BOTH' | 'OVERWRITE') =>
      (await upload(client, source('p.txt', Buffer.from(`${item} ${batch}`)), { ...of(batch, item), onConflict }))
        .storedAs
    const before = {
      cam1: await send('cam1', 'monday', 'KEEP_BOTH'),
      cam2: await send('cam2', 'monday', 'KEEP_BOTH'),
    }
    for (const item of order) expect([item, await send(item, 'tuesday', 'OVERWRITE')]).toEqual([item, before[item]])
    expect(await filesIn(directory)).toEqual({
      'p.txt': md5Of(Buffer.from('cam1 tuesday')),
      'p (2).txt': md5Of(Buffer.from('cam2 tuesday')),
    })
  },
)

test('a small file that was kept beside another of its batch is not replaced by a third', async () => {
  const { client, directory } = await receiving()
  const [first, second] = [source('a.txt', Buffer.from('1')), source('a (2).txt', Buffer.from('2'))]
  const { onConflict: _, ...batch } = of('today', '1')
  expect(fates([first], await put(client, [toPut(first, batch)]))).toEqual(['a.txt'])
  expect((await upload(client, source('a.txt', Buffer.from('3')), of('today', '3'))).storedAs).toBe('a (2).txt')
  expect((await upload(client, second, of('today', '2'))).storedAs).toBe('a (2) (2).txt')
  expect(Object.values(await filesIn(directory))).toHaveLength(3)
})

test('without a batch, and where another batch or a person put what is there, a name is replaced as before', async () => {
  const { client, directory } = await receiving()
  await upload(client, source('a', Buffer.from('1')), of('monday', '1'))
  await upload(client, source('a', Buffer.from('2')), { onConflict: 'OVERWRITE' })
  await upload(client, source('a', Buffer.from('3')), of('tuesday', '2'))
  await unlink(join(directory, 'a'))
  await writeFile(join(directory, 'a'), 'by hand')
  await upload(client, source('a', Buffer.from('4')), of('wednesday', '3'))
  expect(await filesIn(directory)).toEqual({ a: md5Of(Buffer.from('4')) })
})

test.each([
  ['short', 'short'],
  ['x'.repeat(16), ''],
  ['', 'x'.repeat(16)],
  ['x'.repeat(65), 'x'.repeat(16)],
  ['../'.repeat(8), 'x'.repeat(16)],
])('the batch %j with the source %j is refused', async (batchId, sourceId) => {
  const { client } = await receiving()
  const file = source('a', Buffer.from('1'))
  expect(await refusalOf(begin(client, file, { batchId, sourceId }))).toBe('INVALID_ARGUMENT BAD_ID')
  expect(fates([file], await put(client, [toPut(file, { batchId, sourceId })]))).toEqual(['BAD_ID'])
})

test('when both are sent again in the other order, each finds its own file, and one that is killed in between loses nothing', async () => {
  const { client, directory } = await receiving()
  const send = async (name: string, batch: string, item: string) =>
    (await upload(client, source(name, Buffer.from(`${item} ${batch}`)), of(batch, item))).storedAs
  expect(await send('Readme', 'monday', 'upper')).toBe('Readme')
  expect(await send('readme', 'monday', 'lower')).toBe('readme (2)')
  expect(await send('readme', 'tuesday', 'lower')).toBe('readme (2)')
  expect(await filesIn(directory)).toEqual({
    Readme: md5Of(Buffer.from('upper monday')),
    'readme (2)': md5Of(Buffer.from('lower tuesday')),
  })
  expect(await send('Readme', 'tuesday', 'upper')).toBe('Readme')
  expect(Object.keys(await filesIn(directory)).sort()).toEqual(['Readme', 'readme (2)'])
})

test('what a person put under a number that was a source\u2019s own is not replaced', async () => {
  const { client, directory } = await receiving()
  const send = async (item: string, batch: string) =>
    (await upload(client, source('p.txt', Buffer.from(`${item} ${batch}`)), of(batch, item))).storedAs
  await send('1', 'monday')
  expect(await send('2', 'monday')).toBe('p (2).txt')
  await unlink(join(directory, 'p (2).txt'))
  await writeFile(join(directory, 'p (2).txt'), 'my notes')
  expect(await send('1', 'tuesday')).toBe('p.txt')
  expect(await send('2', 'tuesday')).toBe('p (3).txt')
  expect(Object.values(await filesIn(directory))).toContain(md5Of(Buffer.from('my notes')))
})
