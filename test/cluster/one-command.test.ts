import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { filesInBucket, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { hasRedis } from '../../scripts/cluster/redis.ts'
import { hasNginx } from '../../scripts/cluster/run-nginx.ts'
import { setScene } from '../faults/scene.ts'
import { buildOutputs } from '../support/build.ts'

beforeAll(() => buildOutputs(['cli']))

describe.skipIf(!(hasRedis && hasNginx && hasRadosgw))('one command (needs Redis, nginx and radosgw)', () => {
  test('runs a whole cluster, which takes what it is sent, says how it is reached, and is gone when it is told to end', async () => {
    const port = await freePort()
    const cluster = spawn('npx', ['tsx', 'scripts/cluster.ts', String(port)], { detached: true })
    const exited = once(cluster, 'exit')
    onTestFinished(() => {
      const isRunning = cluster.exitCode === null && cluster.signalCode === null
      if (isRunning) process.kill(-(cluster.pid ?? 0), 'SIGTERM')
    })
    let said = ''
    let complaint = ''
    cluster.stdout.on('data', (text) => {
      said += text
    })
    cluster.stderr.on('data', (text) => {
      complaint += text
    })
    await expect.poll(() => said + complaint, { timeout: 90_000 }).toContain('Press Ctrl+C')
    const scene = setScene()
    const file = scene.addSource('film.bin', 20 * 1024 ** 2 + 3)
    const sender = scene.send([file], port)
    expect(await sender.ended(), sender.errors()).toBe(0)
    const [, bucket = '', endpoint = ''] = /s3:\/\/(\S+) at (\S+)/.exec(said) ?? []
    const keys = [...said.matchAll(/(AWS_\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value])
    const credentials = Object.fromEntries(keys) as TestBucket['credentials']
    expect(await filesInBucket({ bucket, endpoint, credentials })).toEqual(Object.fromEntries(scene.sources))
    process.kill(-(cluster.pid ?? 0), 'SIGINT')
    await exited
    await expect(fetch(endpoint)).rejects.toThrow('fetch failed')
  })
})
