import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { emptyRedis, hasRedis } from '../../scripts/cluster/redis.ts'
import { begin, type Client, chunksOf, finish, md5Of, send, source } from '../../server/fixtures/client.ts'
import { clientOf } from '../../server/fixtures/receiving.ts'
import { foldedName } from '../../server/names/safe-path.ts'
import { openDiskStore } from '../../server/store/disk.ts'
import { claimsInMemory } from '../../server/store/name-claims.ts'
import { openS3Store } from '../../server/store/s3/s3-store.ts'
import { readReceivedLog, receivedLogOf } from '../../server/upkeep/received-log.ts'
import { withReceiver } from '../support/with-receiver.ts'
import { ownObjectStore } from './object-store.ts'
import { ownRedis } from './own-redis.ts'

/** What is stored, looked at as the store has it. */
type Look = (path: string) => Promise<string | undefined>

describe.skipIf(!hasRedis).each([
  ['a shared folder', true],
  ['a bucket (needs radosgw, ceph-mon and ceph-osd)', hasRadosgw],
])('names that two nodes give at once (redis-server, where it is missing this is skipped), in %s', (place, isThere) => {
  const own = ownRedis()
  const objects = place.startsWith('a bucket') ? ownObjectStore() : undefined

  async function twoNodes(): Promise<{ clients: readonly [Client, Client]; directory: string; look: Look }> {
    await emptyRedis(own.redis.url)
    const directory = await mkdtemp(join(own.folder, 'received-'))
    const objectStore = await objects?.newBucket()
    const node = async (): Promise<Client> => {
      const cluster = { redisUrl: own.redis.url }
      return clientOf(await withReceiver(directory, { cluster, ...(objectStore && { objectStore }) }))
    }
    const clients = [await node(), await node()] as const
    const claims = claimsInMemory()
    const store = objectStore ? await openS3Store(objectStore, () => undefined, claims) : await openDiskStore(directory)
    const look: Look = async (path) => {
      const file = await store.openPublished(path.split('/'))
      if (file === undefined) return undefined
      const blocks: Buffer[] = []
      for await (const block of file.read(0, file.sizeBytes)) blocks.push(Buffer.from(block))
      await file.close()
      return md5Of(Buffer.concat(blocks))
    }
    return { clients, directory, look }
  }

  /** Sends a file of each name at a node, all finished at the same moment; answers where each went, with its MD5. */
  async function race(clients: readonly [Client, Client], names: readonly string[], policies: readonly string[]) {
    const ready = await Promise.all(
      names.map(async (name, index) => {
        const client = clients[index % 2] as Client
        const file = source(name, randomBytes(3000))
        const begun = await begin(client, file, { onConflict: policies[index % policies.length] })
        await send(client, begun, chunksOf(file))
        return { client, file, begun }
      }),
    )
    return Promise.all(
      ready.map(async ({ client, file, begun }) => ({
        storedAs: (await finish(client, begun, file.data)).storedAs,
        md5: md5Of(file.data),
      })),
    )
  }

  test.skipIf(!isThere)('names that fold equal are kept apart, and every file is there', async () => {
    const { clients, look } = await twoNodes()
    for (let round = 0; round < 5; round++) {
      const names = ['Read.me', 'READ.ME', 'read.me', 'rEAD.Me'].map((name) => `${round} ${name}`)
      const stored = await race(clients, names, ['KEEP_BOTH'])
      expect(new Set(stored.map(({ storedAs }) => foldedName(storedAs))).size).toBe(4)
      for (const { storedAs, md5 } of stored) expect(await look(storedAs)).toBe(md5)
    }
  })

  test.skipIf(!isThere)('what both replace at once is in the end what the log says last', async () => {
    const { clients, look, directory } = await twoNodes()
    for (let round = 0; round < 10; round++) await race(clients, ['a', 'a', 'A', 'a'], ['OVERWRITE'])
    const log = await readReceivedLog(receivedLogOf(directory))
    expect([...log.keys()].map(foldedName)).toEqual(['A'])
    for (const [path, { digest }] of log) expect(await look(path)).toBe(digest.hex)
  })

  test.skipIf(!isThere)(
    'a file that both are to be kept of never replaces one that replaces, and nor the other way',
    async () => {
      const { clients, look } = await twoNodes()
      for (let round = 0; round < 10; round++) {
        const stored = await race(clients, [`b${round}`, `b${round}`], ['OVERWRITE', 'KEEP_BOTH'])
        const [over, both] = stored
        if (over?.storedAs === both?.storedAs) {
          // The one that replaces came last, and nothing else is there.
          expect(await look(over?.storedAs ?? '')).toBe(over?.md5)
        } else for (const { storedAs, md5 } of stored) expect(await look(storedAs)).toBe(md5)
      }
    },
  )
})
