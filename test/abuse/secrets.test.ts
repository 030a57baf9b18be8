import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { hasRedis, startRedis } from '../../scripts/cluster/redis.ts'
import { connect, source, upload } from '../../server/fixtures/client.ts'
import { connectRedis } from '../../server/ledger/redis-connection.ts'
import { buildOutputs } from '../support/build.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

const SECRET = 'S3CRET'

beforeAll(() => buildOutputs(['cli']))

/** Sends one small file. */
async function store(port: number, name = 'film.mov'): Promise<void> {
  const client = connect(port)
  await upload(client, source(name, Buffer.from('abc')))
  client.close()
}

/** A web server on loopback that answers everything with a status. */
async function webServer(status: number, headers: Readonly<Record<string, string>> = {}) {
  const got: Pick<IncomingMessage, 'url' | 'headers'>[] = []
  const server = createServer(({ url, headers: given }, response) => {
    got.push({ url, headers: given })
    response.writeHead(status, headers).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, got }
}

/** All that a receiver printed and logged that told a webhook of one file. */
async function saidAbout(webhook: string, level: string): Promise<string> {
  const receiver = await longshoreReceive(join(tempDir(), 'box'), { flags: ['--webhook', webhook, '--log', level] })
  await store(receiver.port)
  await expect.poll(receiver.errors, { timeout: 40_000 }).toContain('The webhook at ')
  receiver.child.kill('SIGTERM')
  await receiver.ended()
  return receiver.lines.join('\n') + receiver.errors()
}

/** What a receiver says that does not start. */
async function refusal(...flags: string[]): Promise<string> {
  const receiver = longshore('receive', '--dir', tempDir(), '--port', '0', '--host', '127.0.0.1', ...flags)
  expect(await receiver.ended(), receiver.errors()).toBe(2)
  return receiver.lines.join('\n') + receiver.errors()
}

test('a hook gets nothing of the receiver’s environment but what programs need', async () => {
  const folder = tempDir()
  const hook = join(folder, 'hook.sh')
  writeFileSync(hook, `#!/bin/sh\nenv > ${folder}/env.new\nmv ${folder}/env.new ${folder}/env\n`)
  chmodSync(hook, 0o755)
  const secrets = [
    ...['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'LONGSHORE_RECEIVE_NAME', 'LONGSHORE_PAIR_CODE', 'REDIS_URL'],
    ...['HTTPS_PROXY', 'NODE_OPTIONS', 'SSH_AUTH_SOCK', 'PATH_TO_SECRET', 'LC_ALL_SECRET', 'MYHOME', 'LD_LIBRARY_PATH'],
  ]
  const env = Object.fromEntries(secrets.map((name) => [name, name === 'NODE_OPTIONS' ? '--no-warnings' : SECRET]))
  const receiver = await longshoreReceive(join(folder, 'box'), {
    env: { ...env, TZ: 'UTC' },
    flags: ['--on-stored', hook],
  })
  await store(receiver.port)
  const read = () => readFileSync(join(folder, 'env'), 'utf8').trim().split('\n')
  await expect.poll(() => read().length, { timeout: 20_000 }).toBeGreaterThan(1)
  const names = read().map((line) => line.split('=')[0] ?? '')
  // The last three are the shell's own.
  const expected = /^(PATH|HOME|USER|LOGNAME|TMPDIR|TZ|LANG|LANGUAGE|LC_[A-Z]+|PWD|SHLVL|_)$/
  expect(names.filter((name) => !expected.test(name))).toEqual([])
  expect(names).toEqual(expect.arrayContaining(['PATH', 'TZ']))
})

test('user and password in the address of a webhook are shown to it, and to nobody else', async () => {
  const web = await webServer(500)
  const said = await saidAbout(`http://us%40er:${SECRET}@127.0.0.1:${web.port}/${SECRET}?key=${SECRET}`, 'debug')
  expect(said).toContain(`The webhook at http://127.0.0.1:${web.port} failed: it answered 500.`)
  expect(said).not.toContain(SECRET)
  expect(said).not.toMatch(/us(%40|@)er/)
  const authorization = `Basic ${Buffer.from(`us@er:${SECRET}`).toString('base64')}`
  expect(web.got[0]).toMatchObject({ url: `/${SECRET}?key=${SECRET}`, headers: { authorization } })
})

test.each([
  ['that leads elsewhere', () => webServer(307, { location: `/elsewhere/${SECRET}` })],
  ['that nobody answers', async () => ({ port: await freePort() })],
])('a webhook %s is told with its origin only', async (_how, server) => {
  const { port } = await server()
  const said = await saidAbout(`http://127.0.0.1:${port}/${SECRET}?${SECRET}#${SECRET}`, 'debug')
  expect(said).toContain(`The webhook at http://127.0.0.1:${port} failed: `)
  expect(said).not.toContain(SECRET)
})

test.each([
  [['--webhook', `hooks.example/${SECRET}`]],
  [['--webhook', `hooks.example:443/${SECRET}`]],
  [['--webhook', `ftp://user:${SECRET}@hooks.example/${SECRET}`]],
  [['--webhook', `http://user:${SECRET}/x@hooks.example/`]],
  [['--webhook', `http://user:${SECRET}%ZZ@hooks.example/`]],
  [['--webhook', SECRET]],
  [['--webhook', `https://evil.example/${SECRET}`, '--webhook-origins', 'https://hooks.example']],
  [['--webhook', 'https://hooks.example/', '--webhook-origins', `https://hooks.example/${SECRET}`]],
  [['--webhook', 'https://hooks.example/', '--webhook-origins', `https://u:${SECRET}@hooks.example`]],
  [['--s3-bucket', 'abc', '--s3-endpoint', `https://key:${SECRET}@s3.example`]],
  [['--s3-bucket', 'abc', '--s3-endpoint', `key:${SECRET}@s3.example`]],
])('an address that cannot be used is refused without what may be secret in it: %j', async (flags) => {
  expect(await refusal(...flags)).not.toContain(SECRET)
})

test('a misspelt flag, and a file that is no YAML, are told without what was given', async () => {
  const misspelt = longshore('receive', '--dir', tempDir(), `--webhok=https://hooks.example/${SECRET}`)
  expect(await misspelt.ended()).not.toBe(0)
  expect(misspelt.errors()).toContain('--webhok')
  expect(misspelt.errors()).not.toContain(SECRET)
  for (const line of [
    `webhook:https://a/${SECRET}: 1`,
    `redis: *${SECRET}`,
    `redis: !${SECRET} "x`,
    `a: b: ${SECRET}`,
  ]) {
    const config = join(tempDir(), 'longshore.yml')
    writeFileSync(config, `port: 0\n${line}\n`)
    expect(await refusal('--config', config), line).not.toContain(SECRET)
  }
})

describe.skipIf(!hasRedis)('the password of Redis (needs redis-server)', () => {
  test.each([
    ['that is wrong', (port: number) => `redis://:${SECRET}@127.0.0.1:${port}`],
    ['that is wrong, of a user', (port: number) => `redis://${SECRET}:${SECRET}%2F@127.0.0.1:${port}/0?p=${SECRET}`],
    ['where nobody answers', () => `redis://:${SECRET}@127.0.0.1:1`],
    ['in half an address', () => `redis://:${SECRET}@[`],
    ['before no number', (port: number) => `redis://:${SECRET}@127.0.0.1:${port}/notanumber`],
    ['that is not escaped', () => `redis://user:${SECRET}/x@127.0.0.1:1`],
    ['that is escaped wrongly', () => `redis://user:${SECRET}%ZZ@127.0.0.1:1`],
  ])('is never told: one %s', async (_how, address) => {
    const redis = await startRedis(join(tempDir(), 'redis'), await freePort())
    onTestFinished(() => redis.stop())
    const state = await connectRedis(redis.url, () => undefined)
    await state.command('CONFIG', 'SET', 'requirepass', 'another')
    state.close()
    expect(await refusal('--log', 'debug', '--redis', address(redis.port))).not.toContain(SECRET)
  })
})
