// @module-tag slow

import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { connect, md5Of, source, upload } from './fixtures/client.ts'
import { receiverProcess, runToEnd } from './fixtures/receiver-process.ts'
import { sandbox } from './fixtures/receiving.ts'

const open = ['--port', '0', '--plaintext', '--no-auth', '--json']

test.each(['SIGTERM', 'SIGINT'] as const)(
  'the process tells its address and each stored file, and ends with 0 at %s',
  async (signal) => {
    const child = await receiverProcess(join(await sandbox(), 'received'))
    const client = connect(child.port)
    const file = source('a/b.bin', randomBytes(10))
    await upload(client, file)
    client.close()

    child.kill(signal)

    expect(await child.ended()).toBe(0)
    expect(child.lines.map((line) => JSON.parse(line))).toEqual([
      { event: 'listening', host: '127.0.0.1', port: child.port, tls: false },
      { event: 'stored', name: 'a/b.bin', bytes: 10, digest: `md5:${md5Of(file.data)}`, md5: md5Of(file.data) },
    ])
  },
)

test('a file that is stored starts the program that was named, before the receiver ends', async () => {
  const folder = await sandbox()
  const hook = join(folder, 'hook.sh')
  await writeFile(hook, `#!/bin/sh\nmd5sum < "$1" > ${folder}/sum\n`, { mode: 0o755 })
  const child = await receiverProcess(join(folder, 'received'), { flags: ['--on-stored', hook] })
  const client = connect(child.port)
  const file = source('a/b.bin', randomBytes(10))
  await upload(client, file)
  client.close()
  child.kill('SIGTERM')
  await child.ended()
  expect(await readFile(join(folder, 'sum'), 'utf8')).toContain(md5Of(file.data))
})

test('a receiver that cannot start as it was asked to exits with 2 and says why in one sentence', async () => {
  const folder = await sandbox()
  await writeFile(join(folder, 'file'), '')
  const runs = await Promise.all([
    runToEnd('--dir', folder, '--cert', 'a.pem'),
    runToEnd('--dir', folder, '--cert', join(folder, 'none.pem'), '--key', join(folder, 'file')),
    runToEnd('--dir', join(folder, 'file'), ...open),
    runToEnd('--dir', folder, ...open, '--port', '70000'),
    runToEnd('--dir', folder, ...open, '--expire-after', '0h'),
    runToEnd('--dir', folder, ...open, '--on-stored', join(folder, 'nothing')),
    runToEnd('--dir', folder, ...open, '--webhook', 'here'),
    runToEnd(...open),
  ])
  expect(runs.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2, 2, 2])
  expect(runs.map(({ stderr }) => stderr.trim().split('\n'))).toEqual([
    ['--cert and --key belong together: a certificate and its key.'],
    [`--cert names ${folder}/none.pem, which cannot be read (ENOENT).`],
    [`Cannot receive into ${folder}/file: it is not a folder.`],
    ['--port takes a number from 0 to 65535, not "70000".'],
    ['--expire-after takes a duration like 90m, 24h or 7d, not "0h".'],
    [`--on-stored names ${folder}/nothing, which cannot be run (ENOENT).`],
    ['--webhook takes a URL that begins with http:// or https://, not what was given.'],
    ['--dir is missing: it says where received files go.'],
  ])
})
