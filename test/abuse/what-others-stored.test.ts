import { readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  asked,
  begin,
  chunksOf,
  finish,
  md5Of,
  plainChunks,
  send,
  sendPlain,
  source,
  upload,
} from '../../server/fixtures/client.ts'
import { secured } from '../../server/fixtures/secured.ts'
import { bytes, check } from './devices.ts'

test('a check told the MD5 of what another device had stored since', async () => {
  const { device, directory } = await secured()
  const [mine, other] = [await device({ folder: ['shared'] }), await device({ folder: ['shared'] })]
  const secret = bytes(2)
  const plain = bytes(2)
  const file = source('target', bytes(2))
  const begun = await begin(mine.client, file)
  await send(mine.client, begun, chunksOf(file))
  await finish(mine.client, begun, file.data)
  await sendPlain(mine.client, plainChunks('plain', plain))
  for (const name of ['target', 'plain']) await upload(other.client, source(name, secret), { onConflict: 'OVERWRITE' })
  for (const fileId of [begun.fileId, 'plain']) {
    for (const guess of ['', md5Of(secret)]) {
      const answer = await check(mine.client, fileId, guess)
      expect(answer).toMatchObject({ match: false, serverMd5: '' })
      expect(answer.message).toContain('replaced or deleted')
    }
    const stored = asked((done) => mine.client.queryUploadedChunks({ fileId }, done))
    expect(await stored).toMatchObject({ offsets: [], ranges: [] })
  }
  // Nor does sending a guess tell whether it is right: it becomes a file of its own.
  expect((await sendPlain(mine.client, plainChunks('plain', secret))).message).toContain('plain (2)')
  expect(md5Of(await readFile(join(directory, 'shared/target')))).toBe(md5Of(secret))
})

test('a check of a file that somebody put in the place tells nothing of it, and of the own one that it is damaged', async () => {
  const { device, directory } = await secured()
  const { client } = await device()
  const at = (name: string) => join(directory, name)
  const ids: Record<string, string> = {}
  for (const name of ['moved', 'damaged', 'copied', 'linked']) {
    const file = source(name, bytes(1))
    const begun = await begin(client, file)
    await send(client, begun, chunksOf(file))
    await finish(client, begun, file.data)
    ids[name] = begun.fileId
  }
  const secret = bytes(1)
  await writeFile(at('secret'), secret)
  await rename(at('secret'), at('moved'))
  await writeFile(at('damaged'), secret)
  await writeFile(at('copy'), await readFile(at('copied')))
  await rename(at('copy'), at('copied'))
  await rename(at('linked'), at('elsewhere'))
  await symlink(at('elsewhere'), at('linked'))
  expect(await check(client, ids.moved ?? '', md5Of(secret))).toMatchObject({ match: false, serverMd5: '' })
  expect(await check(client, ids.linked ?? '')).toMatchObject({ match: false, serverMd5: '' })
  expect(await check(client, ids.damaged ?? '')).toMatchObject({ match: false, serverMd5: md5Of(secret) })
  expect(await check(client, ids.copied ?? '')).toMatchObject({ match: true })
})
