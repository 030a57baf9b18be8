import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { hasNginxStream } from '../../scripts/cluster/nginx.ts'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { hasRedis } from '../../scripts/cluster/redis.ts'
import { hasNginx } from '../../scripts/cluster/run-nginx.ts'
import { readOrMakeIdentity } from '../../server/devices/identity.ts'
import { asked, begin, chunksOf, connect, md5Of, send, sendPlain, source } from '../../server/fixtures/client.ts'
import { fieldsOf, finishWith } from '../../server/fixtures/digests.ts'
import { sizeOf } from '../faults/run-size.ts'
import { buildOutputs } from '../support/build.ts'
import { type LongshoreProcess, longshore } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'
import { ownObjectStore } from './object-store.ts'
import { type ClusterOptions, type ClusterScene, setClusterScene } from './scene.ts'

const MIB = 1024 ** 2
const LARGE = sizeOf({ short: 160 * MIB, full: 1024 * MIB })
/**
 * What a change of nodes may cost on the wire, bytes: less than half of the file, so that beginning anew is noticed.
 */
const MOST_RESENT = 64 * MIB

beforeAll(() => buildOutputs(['cli']))

describe.skipIf(!(hasRedis && hasNginx)).each([
  ['a shared folder', true],
  ['a bucket (needs radosgw, ceph-mon and ceph-osd)', hasRadosgw],
])('two nodes behind nginx (needs redis-server and nginx, else skipped), with %s', (store, isThere) => {
  const objects = store.startsWith('a bucket') ? ownObjectStore() : undefined
  const set = async (options?: ClusterOptions) => setClusterScene({ ...options, bucket: await objects?.newBucket() })

  test.skipIf(!isThere)(
    '[E8] kill -9 of the node that serves an upload at half of it: the other one ends it, and little is sent twice',
    async () => {
      const scene = await set()
      const file = scene.addSource('large.bin', LARGE)
      const sender = scene.send([file], scene.port)
      await stored(sender, LARGE / 2)
      const holder = await scene.holder()
      if (holder === undefined) throw new Error('Nobody served it.')
      holder.child.kill('SIGKILL')
      expect(await sender.ended(), sender.errors()).toBe(0)
      expect(sender.errors()).toContain('moved to another node of the receiver; nothing is lost.')
      expect((await summaryOf(sender)).bytesSent - LARGE).toBeLessThanOrEqual(MOST_RESENT)
      await expectArrived(scene)
    },
  )

  test.skipIf(!isThere)(
    '[E8] a node that is stopped for longer than its lease, and goes on later, spoils nothing',
    async () => {
      const scene = await set({ changes: { 'grpc_read_timeout 45s;': 'grpc_read_timeout 3s;' } })
      const file = scene.addSource('large.bin', LARGE)
      const sender = scene.send([file, '--limit', '20M'], scene.port)
      await stored(sender, LARGE / 4)
      const holder = await scene.holder()
      if (holder === undefined) throw new Error('Nobody served it.')
      holder.child.kill('SIGSTOP')
      const other = scene.nodes.find(({ port }) => port !== holder.port)
      await expect.poll(async () => (await scene.holder())?.port, { timeout: 60_000 }).toBe(other?.port)
      holder.child.kill('SIGCONT')
      expect(await sender.ended(), sender.errors()).toBe(0)
      await expectArrived(scene)
      // The one that was stopped serves again.
      const next = scene.addSource('next.bin', 3 * MIB)
      expect(await scene.send([next], holder.port).ended()).toBe(0)
      await expectArrived(scene)
    },
  )

  test.skipIf(!isThere)(
    '[E9] a Redis that is killed while files arrive and comes back costs time and nothing else',
    async () => {
      const scene = await set()
      const files = Array.from({ length: 3 }, (_, index) => scene.addSource(`${index}.bin`, LARGE / 4))
      const sender = scene.send(files, scene.port)
      await stored(sender, LARGE / 8)
      await scene.redis.kill()
      await delay(3000)
      await scene.redis.start()
      expect(await sender.ended(), sender.errors()).toBe(0)
      await expectArrived(scene)
    },
  )

  test.skipIf(!isThere)('nodes that are ended and started one after the other are noticed by no sender', async () => {
    const scene = await set()
    const files = Array.from({ length: 4 }, (_, index) => scene.addSource(`${index}.bin`, LARGE / 8))
    // So slow that the second node, too, goes while files arrive.
    const sender = scene.send([...files, '--limit', sizeOf({ short: '15M', full: '30M' })], scene.port)
    await stored(sender, LARGE / 16)
    for (const node of [...scene.nodes]) {
      node.child.kill('SIGTERM')
      await scene.restart(node)
      await delay(500)
    }
    expect(await sender.ended(), sender.errors()).toBe(0)
    expect((await summaryOf(sender)).failed).toBe(0)
    await expectArrived(scene)
  })

  test.skipIf(!isThere)('many senders at once, each with a folder of small files', async () => {
    const scene = await set()
    const senders = sizeOf({ short: 10, full: 50 })
    for (let sender = 0; sender < senders; sender++) {
      for (let file = 0; file < 20; file++) scene.addSource(`${sender}-${file}.bin`, 10_000 + 1000 * file + sender)
    }
    const running = Array.from({ length: senders }, (_, sender) => {
      const own = [...scene.sources.keys()].filter((name) => name.startsWith(`${sender}-`))
      const paths = own.map((name) => `${scene.laptop}/${name}`)
      return scene.send(paths, scene.port, { state: `${scene.state}/${sender}` })
    })
    for (const sender of running) expect(await sender.ended(), sender.errors()).toBe(0)
    await expectArrived(scene)
  })

  test.skipIf(!isThere)('a plain client of three calls works through nginx', async () => {
    const scene = await set()
    const client = connect(scene.port)
    const data = Buffer.alloc(5 * MIB + 7, 'plain')
    const pieces = [3, 0, 5, 1, 4, 2, 0].map((index) => ({
      fileId: 'a-plain-client',
      offset: index * MIB,
      totalSize: data.length,
      data: data.subarray(index * MIB, (index + 1) * MIB),
    }))
    const status = await sendPlain(client, pieces)
    expect(status.success, status.message).toBe(true)
    const chunks = await asked<{ offsets: string[] }>((done) =>
      client.queryUploadedChunks({ fileId: 'a-plain-client' }, done),
    )
    expect(chunks.offsets.map(Number)).toEqual([0, 1, 2, 3, 4, 5].map((index) => index * MIB))
    const integrity = await asked<{ match: boolean }>((done) =>
      client.checkFileIntegrity({ fileId: 'a-plain-client', clientMd5: md5Of(data) }, done),
    )
    expect(integrity.match).toBe(true)
    client.close()
  })

  test.skipIf(!isThere)(
    'an upload that is begun for XXH128 at one node is verified by it whichever node is asked, and as each begin says',
    async () => {
      const scene = await set()
      const [one, other] = scene.nodes.map(({ port }) => connect(port))
      if (one === undefined || other === undefined) throw new Error('There are two nodes.')
      const file = source('a.bin', Buffer.alloc(9 * MIB + 7, 'sent'))
      const [first = {}, ...rest] = chunksOf(file)
      await send(one, await begin(one, file, { digestKind: 'SHA256' }), [first])
      const begun = await begin(other, file, { digestKind: 'XXH128' })
      expect(begun).toMatchObject({ digestKind: 'XXH128', stored: [{ start: '0' }] })
      await send(one, begun, chunksOf(file).concat(rest))
      const fields = await fieldsOf('xxh128', file.data)
      expect(await finishWith(other, begun, fields)).toMatchObject(fields)
      expect(await finishWith(one, begun, fields)).toMatchObject(fields)
      expect((await begin(one, file)).finished).toMatchObject(fields)
      for (const client of [one, other]) client.close()
    },
  )
})

describe.skipIf(!(hasRedis && hasNginx))('two nodes behind nginx that ends the encryption', () => {
  test('whoever trusts the certificate of nginx and has a token sends, and nobody else does', async () => {
    const { certificatePem, keyPem, fingerprint } = await readOrMakeIdentity(tempDir())
    const folder = tempDir()
    for (const [name, text] of Object.entries({ 'a.pem': certificatePem, 'a.key': keyPem }))
      writeFileSync(join(folder, name), text, { mode: 0o600 })
    const tls = `ssl http2; ssl_certificate ${folder}/a.pem; ssl_certificate_key ${folder}/a.key;`
    const scene = await setClusterScene({ asksForTokens: true, changes: { ' http2;': ` ${tls}` } })
    const made = longshore('token', 'create', '--dir', scene.box, '--name', 'camera')
    expect(await made.ended(), made.errors()).toBe(0)
    const tokenFile = join(scene.state, 'token')
    writeFileSync(tokenFile, made.lines.join(''))
    const file = scene.addSource('large.bin', LARGE / 4)
    const send = (trusted: string, token: string) =>
      longshore(
        ...['send', file, '--to', `127.0.0.1:${scene.port}`, '--json', '--fingerprint', trusted],
        ...['--token-file', token, '--state-dir', scene.state],
      )
    const wrong = join(scene.state, 'wrong')
    writeFileSync(wrong, made.lines.join('').replace(/.{8}$/, 'aaaaaaaa'))
    expect(await send(fingerprint, wrong).ended()).not.toBe(0)
    expect(await send(`sha256:${'0'.repeat(64)}`, tokenFile).ended()).not.toBe(0)
    expect(await scene.arrived()).toEqual({})
    const sender = send(fingerprint, tokenFile)
    expect(await sender.ended(), sender.errors()).toBe(0)
    await expectArrived(scene)
  })
})

describe.skipIf(!(hasRedis && hasNginxStream))(
  'two nodes behind nginx that hands connections on (needs libnginx-mod-stream)',
  () => {
    test('nodes that encrypt are one receiver with one certificate and one list of devices, also to each other', async () => {
      const scene = await setClusterScene({ kind: 'stream' })
      const [one, other] = await Promise.all(scene.nodes.map((node) => node.event('listening')))
      expect(one?.fingerprint).toBe(other?.fingerprint)
      const made = longshore('token', 'create', '--dir', scene.box, '--name', 'camera')
      expect(await made.ended(), made.errors()).toBe(0)
      const tokenFile = join(scene.state, 'token')
      writeFileSync(tokenFile, made.lines.join(''))
      const file = scene.addSource('large.bin', LARGE / 4)
      const trust = ['--fingerprint', String(one?.fingerprint), '--token-file', tokenFile, '--state-dir', scene.state]
      const sender = longshore('send', file, '--to', `127.0.0.1:${scene.port}`, '--json', ...trust)
      expect(await sender.ended(), sender.errors()).toBe(0)
      expect((await summaryOf(sender)).bytesSent).toBe(LARGE / 4)
      await expectArrived(scene)
    })
  },
)

/** Resolves when a sender says that so many bytes of a file are stored. */
async function stored(sender: LongshoreProcess, bytes: number): Promise<void> {
  await sender.event('progress', ({ bytesStored }) => Number(bytesStored) >= bytes)
}

async function summaryOf(sender: LongshoreProcess): Promise<{ failed: number; bytesSent: number }> {
  const { failed, bytesSent } = await sender.event('summary')
  return { failed: Number(failed), bytesSent: Number(bytesSent) }
}

/** Every source has arrived whole, under its name, and nothing else has. */
async function expectArrived(scene: ClusterScene): Promise<void> {
  expect(await scene.arrived()).toEqual(Object.fromEntries(scene.sources))
}
