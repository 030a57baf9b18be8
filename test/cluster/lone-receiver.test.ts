import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bucketFlags, filesInBucket } from '../../scripts/cluster/bucket.ts'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { setScene } from '../faults/scene.ts'
import { buildOutputs } from '../support/build.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { ownObjectStore } from './object-store.ts'

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(['cli']))

describe.skipIf(!hasRadosgw)('one receiver on a bucket (needs radosgw, ceph-mon and ceph-osd)', () => {
  const objects = ownObjectStore()

  test('takes a folder, tells where files are, and goes on after it was killed', async () => {
    const scene = setScene()
    const bucket = await objects.newBucket()
    const hook = join(scene.sandbox, 'state/hook.sh')
    writeFileSync(hook, `#!/bin/sh\necho "$1" >> ${join(scene.sandbox, 'state/stored')}\n`, { mode: 0o755 })
    // A folder of its own: nothing is in it before.
    const dir = join(scene.sandbox, 'state/receiver')
    const first = await longshoreReceive(dir, { flags: [...bucketFlags(bucket), '--s3-prefix', '/of/box/'] })
    const large = scene.addSource('large.bin', 96 * MIB)
    mkdirSync(join(scene.laptop, 'folder/inside'), { recursive: true })
    for (const name of ['folder/small.bin', 'folder/inside/tiny.bin', 'folder/nothing.bin'])
      scene.addSource(name, name.includes('nothing') ? 0 : 20_000)
    const sender = scene.send([large, join(scene.laptop, 'folder'), '--limit', '40M'], first.port)
    await sender.event('progress', ({ bytesStored }) => Number(bytesStored) >= 32 * MIB)
    first.child.kill('SIGKILL')
    await first.ended()
    const flags = [...bucketFlags(bucket), '--s3-prefix', 'of/box', '--on-stored', hook]
    await longshoreReceive(dir, { port: first.port, flags })
    expect(await sender.ended(), sender.errors()).toBe(0)
    const sources = [...scene.sources].map(([name, sha256]) => [`of/box/${name}`, sha256])
    expect(await filesInBucket(bucket)).toEqual(Object.fromEntries(sources))
    await expect
      .poll(() => readFileSync(join(scene.sandbox, 'state/stored'), 'utf8'))
      .toContain(`s3://${bucket.bucket}/of/box/large.bin\n`)

    const verified = longshore('verify', dir)
    expect(await verified.ended()).toBe(2)
    expect(verified.errors()).toContain(`cannot be read here: 4 in s3://${bucket.bucket}/of/box.`)

    // The same again is known, and nothing is sent.
    const same = scene.send([large, '--conflict', 'skip-same'], first.port, { state: join(scene.state, 'same') })
    expect(await same.ended(), same.errors()).toBe(0)
    expect(Number((await same.event('summary')).bytesSent)).toBe(0)
  })

  test.each<[string, readonly string[], string]>([
    [
      'a bucket that is not there',
      ['--s3-bucket', 'no-such-bucket'],
      'The object store has no bucket "no-such-bucket".',
    ],
    ['what is no bucket', ['--s3-bucket', 'A'], '--s3-bucket takes the name of a bucket, not "A".'],
    [
      'an endpoint that is none',
      ['--s3-endpoint', 'ftp://a'],
      '--s3-endpoint takes an address like https://s3.example.com, not "ftp://a".',
    ],
    ['reading a disk', ['--verify-from-disk'], '--verify-from-disk reads a disk, and files in a bucket are on none.'],
  ])('%s is refused at the start, in one sentence', async (_, flags, sentence) => {
    const scene = setScene()
    const bucket = await objects.newBucket()
    const wrong = longshore('receive', '--dir', scene.box, '--plaintext', '--no-auth', ...bucketFlags(bucket), ...flags)
    expect(await wrong.ended()).toBe(2)
    expect(wrong.errors().trim()).toBe(sentence)
  })
})
