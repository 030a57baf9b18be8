// @module-tag slow

import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { receiveFlags } from '../../test/support/receive-flags.ts'
import { withReceiver } from '../../test/support/with-receiver.ts'
import { addDevice } from '../devices/device.ts'
import { begin, type Client, chunksOf, connect, md5Of, type Source, send, source, upload } from '../fixtures/client.ts'
import { receiverProcess, runToEnd } from '../fixtures/receiver-process.ts'
import { sandbox } from '../fixtures/receiving.ts'
import { startStatusServer } from './status-server.ts'
import { watch } from './watched.ts'

const flags = ['--status-port', '0']
const unexpected = (error: unknown) => expect.unreachable(String(error))
const clever = "Tom & Jerry's <i>.mov"

async function receiverWithStatus() {
  const directory = join(await sandbox(), 'received')
  const child = await receiverProcess(directory, { flags })
  return { child, directory, at: `http://127.0.0.1:${child.listening.statusPort}` }
}

/** Resolves when the first chunk is stored and its stream is open; answers the way to end that. */
async function sendFirstChunk(client: Client, file: Source): Promise<() => void> {
  const { fileId, generation } = await begin(client, file)
  const call = client.uploadChunks()
  call.on('error', () => 'ended by the test')
  call.write({ fileId, generation, ...chunksOf(file)[0] })
  await new Promise((resolve) => call.once('data', resolve))
  return () => call.cancel()
}

/** The status of an answer to a request that says it is for another host, which fetch cannot do. */
function statusFor(at: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(at, { headers: { host } }, (response) => resolve(response.resume().statusCode))
      .on('error', reject)
      .end()
  })
}

test('the page shows what arrives, what was stored and who may send, and no name on it is more than text', async () => {
  const { child, directory, at } = await receiverWithStatus()
  await addDevice(join(directory, '.longshore'), { name: '<b>attic</b>', mayOverwrite: false }, 1)
  const client = connect(child.port)
  const done = source(clever, randomBytes(10))
  await upload(client, done)
  const cancel = await sendFirstChunk(client, source('half.bin', randomBytes(2 * CHUNK_BYTES)))

  const answer = await fetch(at)
  const page = await answer.text()

  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(page).toContain('Tom &amp; Jerry&#39;s _i_.mov')
  expect(page).toContain(md5Of(done.data))
  expect(page).toContain('half.bin')
  expect(page).toContain('50 %')
  expect(page).toContain('&lt;b&gt;attic&lt;/b&gt;')
  expect(page).not.toMatch(/<script>|<b>|<i>|style="/)
  cancel()
  client.close()
})

test('the figures for Prometheus count chunks and files, each once', async () => {
  const { child, at } = await receiverWithStatus()
  const client = connect(child.port)
  const file = source('a.bin', randomBytes(3_000_000))
  const begun = await begin(client, file)
  for (const _ of [1, 2]) await send(client, begun, chunksOf(file).slice(0, 1))
  await upload(client, file)
  await upload(client, source('b.bin', randomBytes(10)))
  client.close()

  const figure = (name: string, text: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  for (const times of [1, 2]) {
    const text = await (await fetch(`${at}/metrics`)).text()
    expect(figure('longshore_files_finished_total', text), `look ${times}`).toBe(2)
    expect(figure('longshore_file_bytes_finished_total', text)).toBe(3_000_010)
    expect(figure('longshore_chunk_bytes_stored_total', text)).toBeGreaterThanOrEqual(3_000_000)
    expect(figure('longshore_chunk_bytes_stored_total', text)).toBeLessThanOrEqual(3_000_010)
    expect(figure('longshore_free_bytes', text)).toBeGreaterThan(0)
    expect(figure('longshore_uploads_in_progress', text)).toBe(0)
  }
})

test('nobody reads it under another name, nothing can be changed through it, and what is not there is not there', async () => {
  const { at } = await receiverWithStatus()
  expect(await statusFor(at, 'evil.example')).toBe(403)
  expect(await statusFor(at, 'localhost:1')).toBe(200)
  expect((await fetch(at, { method: 'POST' })).status).toBe(405)
  expect((await fetch(`${at}/../../etc/passwd`)).status).toBe(404)
  expect(await (await fetch(at, { method: 'HEAD' })).text()).toBe('')
  for (const path of ['/status.css', '/status.js']) expect((await fetch(at + path)).status).toBe(200)
})

test('it tells that it is well, and while the receiver ends that it takes no more', async () => {
  const receiver = await withReceiver(await sandbox())
  const status = await startStatusServer(
    { host: '127.0.0.1', port: 0, token: undefined },
    watch(receiver, '1.0', async () => new Map()),
    8,
    unexpected,
  )
  onTestFinished(() => status.close())
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${status.port}/healthz`)
    return `${answer.status} ${await answer.text()}`
  }
  expect(await health()).toBe('200 ok\n')
  status.drain()
  expect(await health()).toBe('503 draining\n')
})

test('a port that is taken or none is refused in one sentence, and the receiver does not stay', async () => {
  const { child } = await receiverWithStatus()
  const folder = await sandbox()
  const taken = await runToEnd(...receiveFlags(folder, { flags: ['--status-port', String(child.port)] }))
  expect(taken.code).toBe(2)
  expect(taken.stderr).toContain(`--status-port ${child.port} cannot be had: `)
  const none = await runToEnd(...receiveFlags(folder, { flags: ['--status-port', 'many'] }))
  expect(none.stderr.trim()).toBe('--status-port takes a number from 0 to 65535, not "many".')
})

test('the dashboard asks for figures that there are', async () => {
  const { at } = await receiverWithStatus()
  const text = await (await fetch(`${at}/metrics`)).text()
  const dashboard = readFileSync(join(import.meta.dirname, '../../deploy/grafana-dashboard.json'), 'utf8')
  const named = new Set(dashboard.match(/\b(longshore|nodejs|process)_\w+/g))
  expect(named.size).toBeGreaterThan(4)
  expect([...named].filter((name) => !text.includes(`\n# TYPE ${name} `))).toEqual([])
})

test('with a token whoever shows it may look, also under other names, and nobody else but at whether it is well', async () => {
  const folder = await sandbox()
  const tokenFile = join(folder, 'token')
  const token = randomBytes(16).toString('hex')
  writeFileSync(tokenFile, `${token}\n`)
  const where = [...flags, '--status-host', '0.0.0.0', '--status-token-file', tokenFile]
  const child = await receiverProcess(join(folder, 'received'), { flags: where })
  const at = `http://127.0.0.1:${child.listening.statusPort}`
  const statusWith = async (authorization: string) => (await fetch(at, { headers: { authorization } })).status
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  expect(await statusWith(`Bearer ${token}`)).toBe(200)
  expect(await statusWith(basic(`anybody:${token}`))).toBe(200)
  for (const wrong of ['', 'Bearer ', `Bearer ${token}x`, basic('anybody:'), basic(token.slice(1)), token])
    expect(await statusWith(wrong)).toBe(401)
  const asked = await fetch(at)
  expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Basic')])
  expect(await asked.text()).not.toContain('Longshore receiver ')
  expect(await statusFor(`${at}/healthz`, 'box.example')).toBe(200)
})

test.each([
  [
    ['--status-host', '0.0.0.0'],
    '--status-host 0.0.0.0 lets others look: say with --status-token-file what they have to show.',
  ],
  [['--status-token-file', '/nowhere/token'], '--status-token-file /nowhere/token cannot be read (ENOENT).'],
  [
    ['--status-token-file', '/dev/null'],
    '--status-token-file /dev/null: its first line has 0 characters, and fewer than 16 can be guessed.',
  ],
])('a page for others that nobody has to show anything for is refused: %j', async (more, sentence) => {
  const { code, stderr } = await runToEnd(...receiveFlags(await sandbox(), { flags: [...flags, ...more] }))
  expect([code, stderr.trim()]).toEqual([2, sentence])
})
