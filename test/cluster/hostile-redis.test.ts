import { createServer as createTlsServer } from 'node:tls'
import type { Metadata } from '@grpc/grpc-js'
import { describe, expect, test } from 'vitest'
import type { UploadedChunks } from '../../proto/generated/filetransfer/UploadedChunks.ts'
import { RECEIVER_CERTIFICATE_NAME } from '../../proto/identity.ts'
import { FORWARDED_KEY } from '../../proto/limits.ts'
import { hasRedis } from '../../scripts/cluster/redis.ts'
import { invite } from '../../server/access/pairing.ts'
import { readOrMakeIdentity } from '../../server/devices/identity.ts'
import { asked, begin, refusalOf, source } from '../../server/fixtures/client.ts'
import { connectSecurely, pairingWith } from '../../server/fixtures/secured.ts'
import { asFiles, issuedBy, makeAuthority } from '../support/authority.ts'
import { makeIdentity } from '../support/net/tls-identity.ts'
import { beginAs, fakeNode, heldUpload, idOf, listening, metadataOf, setHostileScene } from './hostile-scene.ts'
import { ownRedis } from './own-redis.ts'

const MIB = 1024 ** 2
const WRONG = '0'.repeat(16)

/** What may stay in Redis for good, however long the receiver runs: one of each. */
const FOR_EVER = ['party', 'receiver', 'place', 'runs', 'unfinished'].map((name) => `longshore:${name}`)

describe.skipIf(!hasRedis)('nodes against those who ask and those who write to Redis (needs redis-server)', () => {
  const own = ownRedis()

  test.each([true, false])(
    'whoever can only write to Redis is asked nothing as a node (encrypted: %s)',
    async (encrypts) => {
      const scene = await setHostileScene(own.redis, own.folder)
      const fake = await fakeNode()
      const node = await scene.node({ encrypts })
      const device = await scene.device()
      const client = await device.at(node)
      const begun = encrypts
        ? await begin(client, source('a', Buffer.alloc(MIB)))
        : await beginAs(client, device.shown())
      for (const told of [
        { address: fake.address },
        { address: fake.address, proof: '0'.repeat(64) },
        'nonsense',
        null,
      ]) {
        await scene.state.command('SET', 'longshore:node:feedfeedfeedfeed', JSON.stringify(told), 'PX', 60_000)
        await scene.state.command('HSET', `longshore:upload:${begun.fileId}`, 'holder', 'feedfeedfeedfeed:1')
        const answer = asked<UploadedChunks>((done) =>
          encrypts
            ? client.queryUploadedChunks({ fileId: begun.fileId }, done)
            : client.queryUploadedChunks({ fileId: begun.fileId }, device.shown(), done),
        )
        expect(await refusalOf(answer)).toBe('OK')
      }
      expect(fake.connections()).toBe(0)
    },
  )

  test.each([
    ['a certificate of their own', async () => ({ taker: await makeIdentity(), tls: undefined })],
    [
      'another certificate of the same authority',
      async () => {
        const authority = await makeAuthority()
        const issued = () => issuedBy(authority, RECEIVER_CERTIFICATE_NAME)
        const [own, other] = [await issued(), await issued()]
        const files = asFiles({ cert: own.cert + authority.cert, key: own.key })
        const taker = { certificatePem: other.cert + authority.cert, keyPem: other.key }
        return { taker, tls: { kind: 'issued', ...files } as const, trusted: authority.cert }
      },
    ],
  ])('who has taken the address of a node that encrypts is told nothing: with %s', async (_how, made) => {
    const scene = await setHostileScene(own.redis, own.folder)
    const { taker, tls, trusted } = { trusted: undefined, ...(await made()) }
    let said = ''
    const server = createTlsServer(
      { cert: taker.certificatePem, key: taker.keyPem, ALPNProtocols: ['h2'] },
      (socket) => {
        socket.on('data', (data) => (said += data.toString('latin1')))
        socket.on('error', () => undefined)
      },
    )
    const nodeAddress = await listening(server)
    const how = tls && { tls }
    const [one, other] = [await scene.node({ ...how }), await scene.node({ nodeAddress, ...how })]
    const device = await scene.device()
    const begun = await heldUpload(await device.at(other, trusted))
    const client = await device.at(one, trusted)
    const question = asked((done) => client.queryUploadedChunks({ fileId: begun.fileId }, done))
    expect(await refusalOf(question)).toBe('OK')
    expect(said).toBe('')
  })

  test('what one node shows another is no token, and is worth nothing for another call or a second time', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const fake = await fakeNode()
    const [one, other] = [
      await scene.node({ encrypts: false }),
      await scene.node({ encrypts: false, nodeAddress: fake.address }),
    ]
    const device = await scene.device()
    const atOther = await device.at(other)
    const file = source('film.mov', Buffer.alloc(3 * MIB, 1))
    const begun = await beginAs(atOther, device.shown(), file)
    await scene.state.command(
      'HSET',
      `longshore:upload:${begun.fileId}`,
      'holder',
      `${await idOf(scene.state, fake.address)}:1`,
    )
    const question = { fileId: begun.fileId }
    const atOne = await device.at(one)
    await refusalOf(asked((done) => atOne.queryUploadedChunks(question, device.shown(), done)))
    const [headers] = fake.got
    const shown = String(headers?.[FORWARDED_KEY])
    expect(JSON.stringify(fake.got)).not.toContain(device.token)
    const askedWith = (fileId: string, metadata: Metadata) =>
      refusalOf(asked((done) => atOther.queryUploadedChunks({ fileId }, metadata, done)))
    const stolen = () => metadataOf({ [FORWARDED_KEY]: shown })
    expect(await refusalOf(asked((done) => atOther.abortUpload({ fileId: begun.fileId }, stolen(), done)))).toBe(
      'UNAUTHENTICATED NO_TOKEN',
    )
    expect(await refusalOf(asked((done) => atOne.queryUploadedChunks(question, stolen(), done)))).toBe(
      'UNAUTHENTICATED NO_TOKEN',
    )
    expect(await askedWith('another', stolen())).toBe('PERMISSION_DENIED NOT_ALLOWED')
    expect(await askedWith(begun.fileId, stolen())).toBe('UNAUTHENTICATED NO_TOKEN')
  })

  test('a call is passed on with the rights of whoever made it, and counts as passed on', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const [one, other] = [await scene.node(), await scene.node()]
    const device = await scene.device()
    const begun = await heldUpload(await device.at(other))
    const client = await device.at(one)
    const { ranges } = await asked<UploadedChunks>((done) => client.queryUploadedChunks({ fileId: begun.fileId }, done))
    expect(ranges).toHaveLength(1)
    await expect.poll(() => other.calls.filter(({ isForwarded }) => isForwarded)).toHaveLength(1)
    const stranger = await (await scene.device()).at(one)
    const none = await asked<UploadedChunks>((done) => stranger.queryUploadedChunks({ fileId: begun.fileId }, done))
    expect(none.ranges).toEqual([])
  })

  test('a header of nodes that a stranger sends lets nobody in and is not believed in logs', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const node = await scene.node()
    const device = await scene.device()
    const client = await device.at(node)
    const { certificatePem } = await readOrMakeIdentity(scene.stateDirectory)
    const stranger = connectSecurely(node.port, certificatePem)
    for (const text of ['1', 'e30.00', '']) {
      const forged = () => metadataOf({ [FORWARDED_KEY]: text })
      expect(await refusalOf(asked((done) => client.queryUploadedChunks({ fileId: 'a' }, forged(), done)))).toBe('OK')
      expect(await refusalOf(asked((done) => stranger.queryUploadedChunks({ fileId: 'a' }, forged(), done)))).toBe(
        'UNAUTHENTICATED NO_TOKEN',
      )
    }
    await expect.poll(() => node.calls.length).toBe(6)
    expect(node.calls.filter(({ isForwarded }) => isForwarded)).toEqual([])
  })

  test('questions, attempts to pair and uploads leave nothing in Redis without an end, and few keys', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const node = await scene.node()
    const client = await (await scene.device()).at(node)
    await heldUpload(client)
    const before = (await scene.texts('KEYS', '*')).length
    const pairing = await pairingWith(node.port)
    const { code } = await invite(scene.stateDirectory, Date.now())
    await refusalOf(pairing.finish(await pairing.start(), WRONG))
    for (const fileId of ['a\r\nSET x 1', '*', 'x:y', '{tag}', ...Array.from({ length: 300 }, (_, at) => `k${at}`)])
      await asked((done) => client.queryUploadedChunks({ fileId, fileName: 'n'.repeat(250) }, done))
    const keys = await scene.texts('KEYS', '*')
    // What names files, when that was said, and the code.
    expect(keys.length - before).toBe(3)
    expect(keys.filter((key) => key.length > 100 || /[^\w:/-]/.test(key))).toEqual([])
    const endless = []
    for (const key of keys) if ((await scene.state.command('PTTL', key)) === -1) endless.push(key)
    expect(endless.filter((key) => !FOR_EVER.includes(key))).toEqual([])
    expect(keys.join(' ')).not.toContain(code)
  })
})
