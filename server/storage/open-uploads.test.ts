import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asked, begin, connect, refusalOf, sendPlain, source, upload } from '../fixtures/client.ts'
import { receiving, sandbox } from '../fixtures/receiving.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import { OpenUploads } from './open-uploads.ts'

test('[H14] a flood of beginnings is refused, and takes no space and no inode', async () => {
  const { client, directory } = await receiving(undefined, { limits: { maxOpenUploads: 20 } })
  const free = async () =>
    Number((await asked<{ freeBytes: string }>((done) => client.getReceiverInfo({}, done))).freeBytes)
  const outcomes = await Promise.all(
    Array.from({ length: 300 }, (_, n) => refusalOf(begin(client, source(`${n}.bin`, Buffer.alloc(1024 ** 2))))),
  )
  expect(outcomes.filter((outcome) => outcome === 'OK')).toHaveLength(20)
  expect(outcomes.filter((outcome) => outcome === 'RESOURCE_EXHAUSTED BUSY')).toHaveLength(280)
  expect((await readdir(join(directory, '.longshore/parts'))).length).toBeLessThanOrEqual(20)
  const plain = sendPlain(client, [{ fileId: 'plain', offset: 0, totalSize: 2, data: Buffer.from('x') }])
  expect(await refusalOf(plain)).toBe('RESOURCE_EXHAUSTED BUSY')
  const before = await free()
  expect(
    await refusalOf(begin(client, source('huge.bin', Buffer.alloc(1024 ** 2)), { size: 64 * 1024 ** 2 })),
  ).not.toBe('OK')
  expect(before - (await free())).toBeLessThan(32 * 1024 ** 2)
})

test('[H14] finishing or cancelling one makes room for another, also after a restart', async () => {
  const within = await sandbox()
  const limits = { maxOpenUploads: 2 }
  const before = await receiving(within, { limits })
  const [one, two, three] = ['1', '2', '3'].map((name) => source(name, Buffer.from(name))) as [never, never, never]
  await begin(before.client, one)
  await begin(before.client, two)
  expect(await refusalOf(begin(before.client, three))).toBe('RESOURCE_EXHAUSTED BUSY')
  await before.receiver.close()

  const { client, receiver } = await receiving(within, { limits })
  expect(await refusalOf(begin(client, three))).toBe('RESOURCE_EXHAUSTED BUSY')
  // Going on with one that is open is no new one.
  await upload(client, one)
  await upload(client, three)
  const { fileId } = await begin(client, source('4', Buffer.from('4')))
  await asked((done) => client.abortUpload({ fileId }, done))
  const other = connect(receiver.port)
  await upload(other, source('5', Buffer.from('5')))
  other.close()
})

test('[H14] one owner’s flood takes nothing from another', async () => {
  const open = await OpenUploads.count(emptyLedger, { maxOpenUploads: 1 })
  const admit = (fileId: string, owner: string) => open.admit({ fileId, owner } as UploadRecord)
  await admit('a1', 'a')
  await expect(admit('a2', 'a')).rejects.toMatchObject({ code: 'BUSY' })
  await admit('b1', 'b')
})

const emptyLedger = {
  uploads: {
    async *unfinished() {
      // Nothing is open.
    },
  },
}
