import { chmod, readFile, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { hookEnvironment } from './base/environment.ts'
import { sandbox } from './fixtures/receiving.ts'
import { startHooks } from './hooks.ts'

const film = { name: 'films/a film.mov', bytes: 3, digest: 'md5:d41d8cd98f00b204e9800998ecf8427e' }
const photo = { ...film, name: '$(touch pwned); photo.jpg' }

async function program(script: string): Promise<string> {
  const path = join(await sandbox(), 'hook.sh')
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

/** A web server on loopback; answers its address and the bodies that it got. */
async function webServer(answer: (response: ServerResponse, request: IncomingMessage) => void) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const data of request) body += data
    bodies.push(body)
    answer(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { origin: `http://127.0.0.1:${port}`, bodies }
}

async function run(config: Parameters<typeof startHooks>[0], files = [film]): Promise<string[]> {
  const trouble: string[] = []
  const hooks = startHooks(
    config,
    (name) => `/srv/received/${name}`,
    (error) => trouble.push((error as Error).message),
    [1, 1],
  )
  for (const file of files) hooks.stored(file)
  await hooks.close()
  return trouble
}

test('a program is started for each file in turn, with its path and what is known of it, and no shell reads the name', async () => {
  const folder = await sandbox()
  const log = join(folder, 'log')
  const command = await program(`cd ${folder}\necho "$#" >> log\necho "$1" >> log\ncat >> log`)

  expect(await run({ command }, [film, photo])).toEqual([])

  const lines = (await readFile(log, 'utf8')).trim().split('\n')
  const pathOf = ({ name }: typeof film) => `/srv/received/${name}`
  expect(lines).toEqual(
    [film, photo].flatMap((file) => ['1', pathOf(file), JSON.stringify({ ...file, path: pathOf(file) })]),
  )
})

test('a program that fails is told with what it complained about, and the next file has its turn', async () => {
  const command = await program('echo no room >&2\nexit 3')
  const trouble = await run({ command }, [film, photo])
  expect(trouble).toHaveLength(2)
  expect(trouble[0]).toBe(`The hook ${command} failed for /srv/received/films/a film.mov: it ended with 3. no room`)
})

test('a webhook is told what was stored, and told again when it does not answer well', async () => {
  let times = 0
  const { origin, bodies } = await webServer((response) => {
    times += 1
    response.writeHead(times < 3 ? 503 : 204).end()
  })
  expect(await run({ webhook: `${origin}/hook?key=secret` })).toEqual([])
  const body = { ...film, path: '/srv/received/films/a film.mov' }
  expect(bodies.map((text) => JSON.parse(text))).toEqual([body, body, body])
})

test('a webhook that leads elsewhere is not followed, and trouble does not tell the secret in its address', async () => {
  const other = await webServer((response) => response.end())
  const { origin } = await webServer((response) => response.writeHead(307, { location: other.origin }).end())
  const trouble = await run({ webhook: `${origin}/hook?key=secret` })
  expect(other.bodies).toEqual([])
  expect(trouble).toEqual([expect.stringContaining(`The webhook at ${origin} failed: `)])
  expect(trouble[0]).not.toContain('secret')
})

test('a webhook at an origin that is allowed is told', async () => {
  const { origin, bodies } = await webServer((response) => response.end())
  expect(await run({ webhook: `${origin}/hook`, webhookOrigins: `https://hooks.example, ${origin}` })).toEqual([])
  expect(bodies).toHaveLength(1)
})

test.each([
  [{ command: '/nowhere/hook' }, '--on-stored names /nowhere/hook, which cannot be run (ENOENT).'],
  [
    { webhook: 'https://hooks.example:444/a', webhookOrigins: 'https://hooks.example, https://hooks.example:443' },
    '--webhook-origins takes origins like https://hooks.example, not "https://hooks.example:443".',
  ],
  [
    { webhook: 'https://hooks.example.evil.example/a', webhookOrigins: 'https://hooks.example,http://127.0.0.1:80' },
    '--webhook-origins takes origins like https://hooks.example, not "http://127.0.0.1:80".',
  ],
  [
    {
      webhook: 'https://hooks.example.evil.example/a',
      webhookOrigins: 'https://hooks.example, http://hooks.example:81',
    },
    '--webhook is at https://hooks.example.evil.example, which is none of --webhook-origins.',
  ],
  [{ webhook: 'ftp://a/b' }, '--webhook takes a URL that begins with http:// or https://, not "ftp://a".'],
])('what cannot work is refused at the start: %j', (config, sentence) => {
  expect(() =>
    startHooks(
      config,
      (name) => `/srv/received/${name}`,
      () => undefined,
    ),
  ).toThrow(sentence)
})

test('a hook gets what programs need, by the names that each system has for it, and nothing else', () => {
  const secrets = {
    AWS_SECRET_ACCESS_KEY: 's',
    LONGSHORE_RECEIVE_REDIS: 's',
    NODE_OPTIONS: 's',
    LC_x: 's',
    MYPATH: 's',
  }
  const here = { PATH: '/bin', HOME: '/h', LC_TIME: 'C', TZ: 'UTC' }
  expect(hookEnvironment({ ...secrets, ...here, Path: 's' }, 'linux')).toEqual(here)
  const windows = {
    Path: 'C:\\',
    SYSTEMROOT: 'C:\\Windows',
    ComSpec: 'cmd',
    'ProgramFiles(x86)': 'C:\\P',
    APPDATA: 'C:\\A',
  }
  expect(hookEnvironment({ ...secrets, ...windows, HOME: 's' }, 'win32')).toEqual(windows)
})
