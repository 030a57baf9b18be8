import { chmodSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { invite } from '../../../server/access/pairing.ts'
import { readOrMakeIdentity } from '../../../server/devices/identity.ts'
import { createStateGuard, type OwnState } from './state-folders.ts'
import { SENDER_MARK } from './state-shapes.ts'
import { walk } from './walk.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'longshore-state-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text = 'x'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** What a walk finds below a path and what it calls state, both relative to the root. */
async function found(path: string, own: readonly OwnState[] = []): Promise<{ sent: string[]; state: string[] }> {
  const relative = (absolute: string): string => absolute.slice(root.length + 1)
  const [sent, state]: [string[], string[]] = [[], []]
  for await (const item of walk([join(root, path)], createStateGuard(own))) {
    if (item.kind === 'entry') sent.push(relative(item.entry.source))
    else if (item.skipped.reason === 'STATE_FOLDER') state.push(relative(item.skipped.name))
  }
  return { sent, state }
}

/** The least that a receiver keeps in a state folder of its own. */
function makeReceiverState(folder: string): void {
  write(`${folder}/receiver-id`, 'b8692bff05240e11d19b9df3bacdb81a\n')
  write(`${folder}/ledger/CURRENT`, 'MANIFEST-000002\n')
}

test('the state of a receiver is known by what is in it, whatever it is called', async () => {
  makeReceiverState('a/anything')
  write('a/film.mov')
  expect(await found('a')).toEqual({ sent: ['a/film.mov'], state: ['a/anything'] })
})

test('one thing that looks like a receiver’s is not enough, but in a folder of that name', async () => {
  write('a/keys/identity/identity.pem', '-----BEGIN PRIVATE KEY-----\n')
  write('a/.longshore/identity/identity.pem', '-----BEGIN PRIVATE KEY-----\n')
  expect(await found('a')).toEqual({ sent: ['a/keys/identity/identity.pem'], state: ['a/.longshore'] })
})

test('the key that a receiver made, and a pairing code, are known alone and wherever they are', async () => {
  await readOrMakeIdentity(join(root, 'backup'))
  mkdirSync(join(root, 'prepared'))
  await invite(join(root, 'prepared'), Date.now())
  expect((await found('backup')).state).toEqual(['backup'])
  write('backup/letter.txt')
  expect(await found('backup')).toEqual({ sent: ['backup/letter.txt'], state: ['backup/identity'] })
  expect((await found('backup/identity/identity.pem')).state).toEqual(['backup/identity/identity.pem'])
  expect((await found('prepared')).state).toEqual(['prepared'])
})

test('a name of private state is that of the same file under another spelling', async () => {
  write(`marked/${SENDER_MARK.name}`, SENDER_MARK.text)
  write('marked/receivers.json', '{}')
  write('marked/mine.txt')
  linkSync(join(root, 'marked/receivers.json'), join(root, 'marked/RECEIVERS.JSON'))
  expect((await found('marked/RECEIVERS.JSON')).state).toEqual(['marked/RECEIVERS.JSON'])
  expect((await found('marked/mine.txt')).sent).toEqual(['marked/mine.txt'])
})

test('a file in a receiving folder is sent, though that lies in the state folder of its receiver', async () => {
  makeReceiverState('srv')
  write('srv/files/.longshore/received.jsonl', '')
  mkdirSync(join(root, 'srv/files/.longshore/parts'))
  write('srv/files/film.mov')
  expect(await found('srv')).toEqual({ sent: [], state: ['srv'] })
  expect(await found('srv/files/film.mov')).toEqual({ sent: ['srv/files/film.mov'], state: [] })
  expect(await found('srv/files')).toEqual({ sent: ['srv/files/film.mov'], state: ['srv/files/.longshore'] })
})

test('of received files with the state of their receiver among them, only that state is left out', async () => {
  makeReceiverState('box')
  makeReceiverState('box/.longshore')
  write('box/film.mov')
  expect((await found('box')).sent).toEqual(['box/film.mov'])
  expect((await found('box/film.mov')).sent).toEqual(['box/film.mov'])
  expect((await found('box/receiver-id')).state).toEqual(['box/receiver-id'])
})

test('the state of the desktop app is known by the lists that it signed', async () => {
  const list = JSON.stringify({ version: 2, writtenBy: '0.9.0' })
  for (const name of ['uploads.json', 'settings.json', 'Cookies', 'uploads/00.json'])
    write(`config/Longshore/${name}`, list)
  for (const name of ['uploads.json', 'settings.json']) write(`config/other app/${name}`, '{}')
  expect(await found('config')).toEqual({
    sent: ['config/other app/settings.json', 'config/other app/uploads.json'],
    state: ['config/Longshore'],
  })
  expect((await found('config/Longshore/Cookies')).state).toEqual(['config/Longshore/Cookies'])
})

test('the memory of a sender is left out by its mark, or by what it holds', async () => {
  write(`marked/${SENDER_MARK.name}`, SENDER_MARK.text)
  mkdirSync(join(root, 'marked/sends'))
  write('unmarked/receivers.json', '{"receivers":[{"certificatePem":"PEM","token":"secret"}]}')
  write('unmarked/sends/0123456789abcdef0123456789abcdef.json', '[]')
  write('mine/sends/letter.txt')
  write('mine/receivers.json', '{"receivers":["the kitchen"]}')
  expect((await found('marked')).state).toEqual(['marked'])
  expect((await found('unmarked')).state).toEqual(['unmarked'])
  expect((await found('mine')).sent).toEqual(['mine/receivers.json', 'mine/sends/letter.txt'])
})

test('what this program itself keeps is known by which folder it is, over any link', async () => {
  write('state/whatever')
  write('tree/a.txt')
  symlinkSync(join(root, 'state'), join(root, 'link'))
  const own = [{ path: join(root, 'link') }]
  expect((await found('state', own)).state).toEqual(['state'])
  expect((await found('link/whatever', own)).state).toEqual(['link/whatever'])
  expect((await found('tree', [{ path: join(root, 'not there') }])).sent).toEqual(['tree/a.txt'])
  const part = [{ path: join(root, 'state'), names: ['whatever'] }]
  write('state/other')
  expect(await found('state', part)).toEqual({ sent: ['state/other'], state: ['state/whatever'] })
})

const TOKENS = '{"version":1,"receivers":[{"certificatePem": "PEM","token": "secret"}]}'

test('a list of receivers is known by what is in it, whatever an editor or a person made of its name', async () => {
  const names = ['.receivers.json.swp', 'receivers (copy).json', 'receivers-old.json', 'receivers.json~']
  for (const name of names) write(`a/${name}`, name.startsWith('.') ? `b0VIM\0${TOKENS}` : TOKENS)
  write('a/Receivers.JSON.bak', '{"receivers":["the kitchen"]}')
  write('a/receivers.json.txt', '{"receivers":[]}')
  expect(await found('a')).toEqual({
    sent: ['a/Receivers.JSON.bak', 'a/receivers.json.txt'],
    state: names.map((name) => `a/${name}`),
  })
})

test('a copy of the key of a receiver is known by its certificate, and the key of a web server is sent', async () => {
  await readOrMakeIdentity(join(root, 'state'))
  const pem = readFileSync(join(root, 'state/identity/identity.pem'), 'utf8')
  const [key = '', certificate = ''] = pem.split(/(?=-----BEGIN CERTIFICATE)/)
  write('a/server.pem', pem)
  write('a/backup/Identity.pem.bak', `${certificate}\r\n${key}`)
  write('a/web.key', key)
  write('a/web.pem', `${key}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`)
  expect(await found('a')).toEqual({
    sent: ['a/web.key', 'a/web.pem'],
    state: ['a/backup/Identity.pem.bak', 'a/server.pem'],
  })
})

test('a private file that was named is known whatever its name', async () => {
  write('a/letter.txt', TOKENS)
  write('a/long.txt', `${TOKENS}${'x'.repeat(256 * 1024)}`)
  expect((await found('a/letter.txt')).state).toEqual(['a/letter.txt'])
  expect((await found('a/long.txt')).sent).toEqual(['a/long.txt'])
})

test.skipIf(process.platform === 'win32')(
  'a private file is known under another name that it has besides',
  async () => {
    await readOrMakeIdentity(join(root, 'state'))
    write('own/receivers.json', '{"receivers":[]}')
    write('own/sends/0123456789abcdef0123456789abcdef.json', '[]')
    mkdirSync(join(root, 'a'))
    linkSync(join(root, 'state/identity/identity.pem'), join(root, 'a/key of another'))
    linkSync(join(root, 'own/receivers.json'), join(root, 'a/list'))
    linkSync(join(root, 'own/sends/0123456789abcdef0123456789abcdef.json'), join(root, 'a/memory'))
    write('a/mine', 'x')
    linkSync(join(root, 'a/mine'), join(root, 'a/mine too'))
    chmodSync(join(root, 'a/mine'), 0o600)
    const own = [{ path: join(root, 'own'), names: ['receivers.json', 'sends'] }]
    expect(await found('a', own)).toEqual({
      sent: ['a/mine', 'a/mine too'],
      state: ['a/key of another', 'a/list', 'a/memory'],
    })
    expect((await found('a/list', own)).state).toEqual(['a/list'])
  },
)
